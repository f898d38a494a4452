import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/** What a route's requests count against: `heartbeats` have a budget of their own, and probes need none. */
export type Budget = 'requests' | 'heartbeats' | 'none';

const BUDGET = 'budget';

/** Says which budget a controller or a route draws on; `requests` when nothing says so. */
export function DrawsOn(budget: Budget): CustomDecorator {
  return SetMetadata(BUDGET, budget);
}

/** The budget of a route handler in its controller. */
export function budgetOf(handler: object, controller: object): Budget {
  const declared: unknown = Reflect.getMetadata(BUDGET, handler) ?? Reflect.getMetadata(BUDGET, controller);
  return (declared as Budget | undefined) ?? 'requests';
}
