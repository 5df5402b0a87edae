import type { JobExecution } from "../model/console-api.ts";
import { type ExecutionView, viewOf } from "../model/execution-view.ts";

/** An execution with what its events say. */
export interface ViewedExecution {
  readonly execution: JobExecution;
  readonly view: ExecutionView;
}

export function viewedExecutions(executions: readonly JobExecution[]): readonly ViewedExecution[] {
  return executions.flatMap((execution) => {
    const [first, ...rest] = execution.events;
    return first === undefined ? [] : [{ execution, view: viewOf([first, ...rest]) }];
  });
}
