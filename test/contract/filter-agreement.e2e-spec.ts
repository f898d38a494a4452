import { describeAgreement } from '../support/filter-agreement';

describeAgreement(200);
