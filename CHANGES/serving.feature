Indexes are served by the content app from memory: negotiated pages with strong ETags, files with ranges, and files that are still remote with one upstream download for everyone who asks.
