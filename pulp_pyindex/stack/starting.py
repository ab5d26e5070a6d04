"""`up`, from a free home to a ready stack, and on until somebody asks it to stop."""

import time
from dataclasses import replace

from pulp_pyindex.stack import readiness
from pulp_pyindex.stack.abandoned import release
from pulp_pyindex.stack.addresses import claimed
from pulp_pyindex.stack.caches import check_redis
from pulp_pyindex.stack.database import answers, check_usable, make_database
from pulp_pyindex.stack.errors import DatabaseUnusable, NotReadyInTime
from pulp_pyindex.stack.home import Home, locked
from pulp_pyindex.stack.leftovers import clear_leftovers
from pulp_pyindex.stack.logs import rotate
from pulp_pyindex.stack.options import Options, remember
from pulp_pyindex.stack.overlooked import remind
from pulp_pyindex.stack.postgres import DATABASE, database_url, prepare_cluster
from pulp_pyindex.stack.preparation import needs_preparation, prepare
from pulp_pyindex.stack.reporting import Reporter
from pulp_pyindex.stack.services import database_program, pulp_programs
from pulp_pyindex.stack.settings_file import write_settings
from pulp_pyindex.stack.supervisor import Supervisor
from pulp_pyindex.stack.waiting import StopRequested, check, signals_held, wait

DATABASE_SECONDS = 60.0
READY_SECONDS = 300.0
# A running task may finish; then it is cut off and marked failed at the next start.
GRACE_SECONDS = 30.0


def run(home: Home, options: Options, password: str | None, reporter: Reporter) -> None:
    """Run the stack until a signal asks to stop; StackError when it cannot run."""
    home.make()
    with locked(home), signals_held():
        clear_leftovers(home, reporter)
        options = replace(
            options,
            content=claimed(options.content, "--content"),
            api=claimed(options.api, "--api"),
        )
        supervisor = Supervisor(home, reporter)
        supervisor.facts = {
            "index": f"{options.content.url}/pypi/",
            "content": options.content.local_url,
            "api": options.api.local_url,
            "admin_password_file": str(home.admin_password),
        }
        try:
            _start(supervisor, options, password)
            while True:
                supervisor.tick()
                wait(0.5)
        except StopRequested:
            reporter.say("stopping")
        finally:
            supervisor.stop(GRACE_SECONDS)
            home.state.unlink(missing_ok=True)
        reporter.say("stopped")


def _start(supervisor: Supervisor, options: Options, password: str | None) -> None:
    home, reporter = supervisor.home, supervisor.reporter
    reporter.say(f"starting in {home.root}")
    rotate(home.logs)
    supervisor.save()
    url = options.database or _start_database(supervisor)
    check_usable(url)
    if options.redis:
        check_redis(options.redis)
    remember(home, options)
    write_settings(home, options, url)
    if needs_preparation(home, url, password):
        reporter.say("preparing the database (some 15 s when it is empty)")
        prepare(home, url, password)
        reporter.say("database prepared")
    check()
    # Nobody else uses our own database; in another's there may be live processes of other hosts.
    release(url, everyone=options.database is None)
    supervisor.before_restart = lambda: release(url)
    supervisor.remind = lambda: remind(url)
    for program in pulp_programs(home, options):
        supervisor.add(program)
    reporter.say("starting the API, the content app and the workers")
    _await_readiness(supervisor, options)
    supervisor.settle("ready")
    reporter.say("ready")
    reporter.add(f"index   {supervisor.facts['index']}")
    reporter.add(f"REST    {options.api.url}/pulp/api/v3/")
    reporter.add(f"admin   password in {home.admin_password}")
    reporter.add(f"logs    {home.logs}")


def _start_database(supervisor: Supervisor) -> str:
    home, reporter = supervisor.home, supervisor.reporter
    cluster = prepare_cluster(home.pgdata, home.logs / "initdb.log")
    for path in set(cluster.opened) - {home.root}:
        reporter.say(f"others may now pass through {path}: PostgreSQL does not run as root")
    maintenance = database_url(cluster.sockets, "postgres")
    supervisor.add(database_program(home, cluster))
    end = time.monotonic() + DATABASE_SECONDS
    supervisor.tick()
    while not answers(maintenance):
        if time.monotonic() > end:
            raise DatabaseUnusable(
                f"PostgreSQL did not answer within {DATABASE_SECONDS:.0f} s; see "
                f"{home.logs / 'postgresql.log'}."
            )
        wait(0.05)
        supervisor.tick()
    make_database(maintenance, DATABASE)
    supervisor.database_answers = lambda: answers(maintenance)
    reporter.say("PostgreSQL runs")
    return cluster.url


def _await_readiness(supervisor: Supervisor, options: Options) -> None:
    end = time.monotonic() + READY_SECONDS
    said = ""
    while True:
        supervisor.tick()
        lacking = readiness.missing(readiness.status_page(options), options, supervisor.pids())
        if not lacking:
            return
        if time.monotonic() > end:
            raise NotReadyInTime(READY_SECONDS, lacking, supervisor.home.logs)
        if lacking != said:
            supervisor.reporter.say(f"waiting: {lacking}")
            said = lacking
        wait(0.25)
