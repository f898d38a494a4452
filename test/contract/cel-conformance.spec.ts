import { celMap, isCelError, isCelList, isCelMap, isCelUint, parse } from '@bufbuild/cel';
import type { Value } from '@bufbuild/cel-spec/cel/expr/value_pb.js';
import {
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js';
import { evaluatorOf } from '../../src/query/filter-evaluator';

/** The parts of the language's own conformance data that are about JSON. */
const FILES = [
  'basic',
  'comparisons',
  'conversions',
  'fields',
  'fp_math',
  'integer_math',
  'lists',
  'logic',
  'macros',
  'parse',
  'string',
  'timestamps',
];

/** Where we decide otherwise, or no record holds such a thing. `docs/filters.md` says so to users. */
const SKIPPED: [reason: string, test: RegExp | ((test: IncrementalTest) => boolean)][] = [
  ['messages of protocol buffers are no JSON', /TestAllTypes|google\.protobuf|cel\.expr\.conformance/],
  ['its bindings or its result are of a type that JSON does not have', ({ original }) => !isJson(original)],
  ['only its check is asked for', ({ original }) => original.checkOnly],
  [
    'a result without a finite value is an error, as in PostgreSQL',
    /0\.0 ?\/ ?0\.0|fp_math\/(fp_overflow|.*divide_zero)/,
  ],
  ['names in backquotes are not in the grammar of the library', /`/],
  ['the library takes a key that is there twice as two numbers', /map_value_repeat_key_heterogeneous/],
];

function isJson({ bindings, resultMatcher }: IncrementalTest['original']): boolean {
  const values = Object.values(bindings).map(({ kind }) => (kind.case === 'value' ? kind.value : undefined));
  const result = resultMatcher.case === 'value' ? [resultMatcher.value] : [];
  return (
    resultMatcher.case !== 'unknown' &&
    resultMatcher.case !== 'anyUnknowns' &&
    [...values, ...result].every((value) => value && isJsonValue(value))
  );
}

function isJsonValue({ kind }: Value): boolean {
  if (kind.case === 'listValue') return kind.value.values.every(isJsonValue);
  if (kind.case === 'mapValue')
    return kind.value.entries.every(({ key, value }) => isJsonValue(key!) && isJsonValue(value!));
  return (
    kind.case !== 'objectValue' && kind.case !== 'enumValue' && kind.case !== 'typeValue' && kind.case !== 'bytesValue'
  );
}

/** A value as something that can be compared: numbers with their type. */
function comparable({ kind }: Value): unknown {
  switch (kind.case) {
    case 'int64Value':
      return `int ${kind.value}`;
    case 'uint64Value':
      return `uint ${kind.value}`;
    case 'listValue':
      return kind.value.values.map(comparable);
    case 'mapValue':
      return new Map(kind.value.entries.map(({ key, value }) => [comparable(key!), comparable(value!)]));
    case 'nullValue':
      return null;
    default:
      return kind.value;
  }
}

function outcome(value: unknown): unknown {
  if (isCelError(value)) return 'error';
  if (typeof value === 'bigint') return `int ${value}`;
  if (isCelUint(value)) return `uint ${value.value}`;
  if (isCelList(value)) return [...value].map(outcome);
  if (isCelMap(value)) return new Map([...value].map(([key, item]) => [outcome(key), outcome(item)]));
  return value;
}

function inputOf({ kind }: Value): never {
  if (kind.case === 'listValue') return kind.value.values.map(inputOf) as never;
  if (kind.case === 'mapValue')
    return celMap(new Map(kind.value.entries.map(({ key, value }) => [inputOf(key!), inputOf(value!)]))) as never;
  return (kind.case === 'nullValue' ? null : kind.value) as never;
}

const testsOf = (suite: IncrementalTestSuite): IncrementalTest[] => [...suite.tests, ...suite.suites.flatMap(testsOf)];
const all = getConformanceSuite()
  .suites.filter(({ name }) => FILES.includes(name))
  .flatMap((suite) => testsOf(suite).map((test) => ({ name: `${suite.name}/${test.name}`, test })));
const reasonOf = ({ name, test }: (typeof all)[number]): string | undefined =>
  SKIPPED.find(([, which]) =>
    which instanceof RegExp ? which.test(`${name} ${test.original.expr} ${test.original.container}`) : which(test),
  )?.[0];
const run = all.filter((each) => reasonOf(each) === undefined);

describe('the conformance data of CEL', () => {
  it('is there, and is run but for what is listed here', () => {
    const counts = Object.fromEntries(
      SKIPPED.map(([reason]) => [reason, all.filter((each) => reasonOf(each) === reason).length]),
    );
    console.log(`CEL conformance: ${run.length} of ${all.length} tests are run; skipped: ${JSON.stringify(counts)}`);
    expect(run.length).toBeGreaterThan(500);
  });

  it('is met', () => {
    const wrong = run.flatMap(({ name, test: { original } }) => {
      const { expr, bindings, resultMatcher } = original;
      const inputs = Object.fromEntries(
        Object.entries(bindings).map(([variable, { kind }]) => [variable, inputOf(kind.value as Value)]),
      );
      let value: unknown;
      try {
        value = outcome(evaluatorOf(parse(expr).expr)(inputs));
      } catch {
        value = 'error';
      }
      const expected =
        resultMatcher.case === 'value'
          ? comparable(resultMatcher.value)
          : resultMatcher.case === undefined
            ? true
            : 'error';
      return Object.is(value, expected) || isSame(value, expected)
        ? []
        : [`${name}: ${expr} is ${show(value)}, not ${show(expected)}`];
    });
    expect(wrong).toEqual([]);
  });
});

function isSame(a: unknown, b: unknown): boolean {
  return show(a) === show(b);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    item instanceof Map ? [...item].sort() : Object.is(item, NaN) ? 'NaN' : item,
  );
}
