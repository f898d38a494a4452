import { describeFleet } from './support/fleet-of-sessions';

describeFleet(500);
