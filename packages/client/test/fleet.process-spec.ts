import { describeFleet } from './support/fleet-of-sessions';

// Too few for self-preservation: an agent that the sweep wrongly finds overdue is declared dead and not held.
describeFleet(48);
