import { describeAgreement } from '../support/filter-agreement';

describeAgreement(5000);
