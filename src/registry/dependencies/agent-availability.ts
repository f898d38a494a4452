import { Injectable } from '@nestjs/common';
import type { AgentStatus } from '../../agent/agent-status';
import type { Principal } from '../../platform/access/principal';
import { wouldBreak, type BrokenAgent } from './dependency.errors';

/** What the registry asks of the module that knows who depends on whom. */
export interface DependencyView {
  /** Active agents that are not available, as of a moment ago. */
  readonly fallen: ReadonlyMap<string, unknown>;
}

/** What would break without an agent. */
export interface Breakage {
  isSafe: boolean;
  /** The agents among them that the caller may read. */
  breaks: BrokenAgent[];
}

const NONE: DependencyView = { fallen: new Map() };

/** Whether agents are available. Without a module that says more, those are that are active. */
@Injectable()
export class AgentAvailability {
  private view = NONE;
  private breakage?: (id: string, principal: Principal) => Promise<Breakage>;

  /** Call it once, when the module starts. */
  follow(view: DependencyView): void {
    this.view = view;
  }

  /** Likewise, with what answers {@link requireSafe}. */
  foresee(breakage: (id: string, principal: Principal) => Promise<Breakage>): void {
    this.breakage = breakage;
  }

  /** Active agents that are not available. */
  get fallen(): ReadonlyMap<string, unknown> {
    return this.view.fallen;
  }

  isAvailable(id: string, status: AgentStatus): boolean {
    return status === 'active' && !this.view.fallen.has(id);
  }

  /** @throws DomainError `would_break` when others would not be available without the agent; `graph_unavailable` */
  async requireSafe(id: string, principal: Principal): Promise<void> {
    const breakage = await this.breakage?.(id, principal);
    if (breakage && !breakage.isSafe) throw wouldBreak(id, breakage.breaks);
  }
}
