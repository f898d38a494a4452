import { IsString, ValidateBy } from 'class-validator';
import { fieldsWithRules } from './class-validator';

class Base {
  @IsString()
  inherited?: string;
}

class Unruled {
  plain?: string;
}

class Fields extends Base {
  @ValidateBy({ name: 'any', validator: { validate: () => true } })
  ruled?: string;

  plain?: string;
}

describe('The private API of class-validator', () => {
  it('lists the fields that have a rule, inherited ones included', () => {
    expect([...fieldsWithRules(Fields)].sort()).toEqual(['inherited', 'ruled']);
    expect([...fieldsWithRules(Unruled)]).toEqual([]);
  });
});
