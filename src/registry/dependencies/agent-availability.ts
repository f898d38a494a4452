import { Injectable } from '@nestjs/common';
import type { AgentStatus } from '../../agent/agent-status';

/** What the registry asks of the module that knows who depends on whom. */
export interface DependencyView {
  /** Active agents that are not available, as of a moment ago. */
  readonly fallen: ReadonlyMap<string, unknown>;
}

const NONE: DependencyView = { fallen: new Map() };

/** Whether agents are available. Without a module that says more, those are that are active. */
@Injectable()
export class AgentAvailability {
  private view = NONE;

  /** Call it once, when the module starts. */
  follow(view: DependencyView): void {
    this.view = view;
  }

  isAvailable(id: string, status: AgentStatus): boolean {
    return status === 'active' && !this.view.fallen.has(id);
  }
}
