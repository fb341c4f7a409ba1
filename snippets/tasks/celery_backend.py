"""Django's own interface to tasks, on the Celery that runs already."""

# --8<-- [start:backend]
from django.tasks import TaskResult, TaskResultStatus
from django.tasks.backends.base import BaseTaskBackend
from django.utils import timezone
from django.utils.module_loading import import_string
from queues.celery.app import app


class CeleryBackend(BaseTaskBackend):
    """Hand tasks to Celery, which keeps its own ways: where they wait, limits, retries."""

    def enqueue(self, task, args, kwargs):
        self.validate_task(task)  # what this backend cannot do is refused here
        sent = run_task.delay(task.module_path, args, kwargs)
        return TaskResult(
            task=task,
            id=sent.id,
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=args,
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )


@app.task
def run_task(path, args, kwargs):
    return import_string(path).call(*args, **kwargs)


# --8<-- [end:backend]
