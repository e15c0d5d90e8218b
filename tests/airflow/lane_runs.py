"""Single runs of the worker DAG by dag.test(), with no scheduler."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

DAG_ID = "ytdlp_ops_worker_per_url"


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    state: str
    run_id: str
    tasks: dict[str, str]
    """Task id to state."""
    next_conf: dict[str, Any] | None
    """Of the run that trigger_self_run made."""
    xcoms: str
    """Everything that XCom holds of the run, as text."""

    def path(self) -> set[str]:
        """The tasks that did something."""
        return {name for name, state in self.tasks.items() if state in ("success", "failed")}


def run_once(dag: Any, **params: Any) -> Outcome:
    for task in dag.tasks:
        task.retry_delay = timedelta(0)  # dag.test() waits for it
    run = dag.test(run_conf=params)
    return _outcome(run)


def _outcome(run: Any) -> Outcome:
    from airflow.models.dagrun import DagRun
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        states = {ti.task_id: str(ti.state) for ti in run.get_task_instances(session=session)}
        pushed = session.scalars(
            select(XComModel).where(XComModel.dag_id == DAG_ID, XComModel.run_id == run.run_id)
        ).all()
        following = [each.value for each in pushed if each.key == "trigger_run_id"]
        found = session.scalars(
            select(DagRun).where(DagRun.dag_id == DAG_ID, DagRun.run_id.in_(map(_text, following)))
        ).first()
        return Outcome(
            state=str(run.state),
            run_id=run.run_id,
            tasks=states,
            next_conf=dict(found.conf) if found else None,
            xcoms="\n".join(map(_xcom_text, pushed)),
        )


def _xcom_text(xcom: Any) -> str:
    value = xcom.value if isinstance(xcom.value, str) else json.dumps(xcom.value, default=str)
    return f"{xcom.task_id} {xcom.key} {value}"


def _text(value: Any) -> str:
    return value.strip('"') if isinstance(value, str) else value
