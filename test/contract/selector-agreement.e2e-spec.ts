import { describeSelectorAgreement } from '../support/selector-agreement';

describeSelectorAgreement(200);
