import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AgentEvents } from '../../events/agent-events';
import { Clock } from '../../platform/common/clock';
import { PeriodicTasks } from '../../platform/scheduling/periodic-tasks';
import type { Availability } from '../availability';
import type { Fleet } from '../fleet';
import { FleetGraph } from '../fleet-graph';
import { AvailabilityRepository, type FallenAgent } from './availability.repository';

/** What is seen to have changed is said with the next look but one, if it is still so: what passes at once is no event. */
const LOOK_MS = 250;
/** What another replica may have left is looked for so often. */
const LOOK_AGAIN_MS = 30_000;

/**
 * Writes an event when an agent becomes available or unavailable because of others. Every replica looks; one at a time writes, and only what
 * it knows as of no earlier state of the log than what is written already.
 */
@Injectable()
export class AvailabilityEvents implements OnApplicationBootstrap {
  /** Events that this replica has written since its start, by what they say. */
  readonly written = { available: 0, unavailable: 0 };
  /** What was seen by the last look, and whether all of it is said. */
  private seen: Availability | undefined;
  private isSaid = false;
  private saidAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly graph: FleetGraph,
    private readonly repository: AvailabilityRepository,
    private readonly events: AgentEvents,
    private readonly clock: Clock,
    private readonly tasks: PeriodicTasks,
  ) {}

  onApplicationBootstrap(): void {
    this.tasks.add({ name: 'availability-events', everyMs: LOOK_MS, run: () => this.look() });
  }

  private async look(): Promise<void> {
    const { fleet, isFollowing } = this.graph;
    if (!fleet || !isFollowing) return;
    const { availability } = fleet;
    const isNew = availability !== this.seen;
    this.seen = availability;
    if (isNew) {
      this.isSaid = false;
      return;
    }
    if (this.isSaid && this.clock.monotonicMs() - this.saidAt < LOOK_AGAIN_MS) return;
    this.isSaid = await this.say(fleet, availability, this.graph.through);
    this.saidAt = this.clock.monotonicMs();
  }

  /** Whether nothing is left to say. */
  private async say(fleet: Fleet, availability: Availability, through: bigint): Promise<boolean> {
    const outcome = await this.repository.exclusively(async (transaction) => {
      const announced = await this.repository.announced(transaction);
      const isDown = new Set(announced.flatMap(({ id, available }) => (available ? [] : [id])));
      const falling = [...availability.fallen.keys()]
        .filter((id) => !isDown.has(id))
        .map((id) => fallen(availability, id));
      // An agent that the graph does not hold depends on none: it is available when it is active.
      const rising = [...isDown].filter((id) => availability.isAvailable(id) || !fleet.graph.agents.has(id));
      const down = await this.repository.fall(transaction, falling, through);
      const up = await this.repository.recover(transaction, rising, through);
      return { down, up, isWhole: down.length === falling.length && up.length === rising.length };
    });
    if (!outcome) return false;
    const { down, up, isWhole } = outcome;
    this.written.unavailable += down.length;
    this.written.available += up.length;
    if (down.length + up.length > 0) this.events.invalidate([...down, ...up]);
    return isWhole;
  }
}

/** The event says which dependency is not met. Not by whom it was: those who read the event may not be those who may read that agent. */
function fallen(availability: Availability, id: string): FallenAgent {
  return { id, data: { dependency: availability.fallen.get(id)!.need.label ?? '' } };
}
