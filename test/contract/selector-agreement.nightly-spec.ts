import { describeSelectorAgreement } from '../support/selector-agreement';

describeSelectorAgreement(5000);
