import { isIP } from 'node:net';
import { ValidateBy, type ValidationArguments } from 'class-validator';

type Rule = (value: unknown, subject: Record<string, unknown>) => boolean;

function rule(name: string, isMet: Rule, expected: string, showValue = true): PropertyDecorator {
  const message = ({ property, value }: ValidationArguments): string =>
    `${property} ${expected}${showValue ? ` (got ${JSON.stringify(value)})` : ''}`;
  const validate = (value: unknown, args?: ValidationArguments): boolean => isMet(value, { ...args?.object });
  return ValidateBy({ name, validator: { validate, defaultMessage: (args) => message(args as ValidationArguments) } });
}

/** A whole number from `min` to `max`. */
export function IntegerBetween(min: number, max: number): PropertyDecorator {
  const isMet: Rule = (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  return rule('integerBetween', isMet, `must be a whole number from ${min} to ${max}`);
}

/** One of the words given. */
export function OneOf(...words: string[]): PropertyDecorator {
  return rule('oneOf', (value) => words.includes(String(value)), `must be one of ${words.join(', ')}`);
}

/** A URL with one of the schemes given, or nothing. Its value never shows in a message: it may hold a password. */
export function ConnectionUrl(...schemes: string[]): PropertyDecorator {
  const hasScheme = (url: string): boolean => schemes.some((scheme) => url.startsWith(`${scheme}://`));
  const isMet: Rule = (value) =>
    value === undefined ||
    (typeof value === 'string' && URL.canParse(value) && hasScheme(value) && hasReadableLogin(new URL(value)));
  const hint = schemes.includes('postgres') ? '; special characters of a password in it are written as %40 for @' : '';
  return rule('connectionUrl', isMet, `must be a URL like ${schemes[0]}://…${hint}`, false);
}

/** Drivers decode what stands before the host. */
function hasReadableLogin({ username, password }: URL): boolean {
  try {
    return decodeURIComponent(username + password) !== undefined;
  } catch {
    return false;
  }
}

/** As the driver takes it: the path is the number of a database. */
export function RedisUrl(): PropertyDecorator {
  const isMet: Rule = (value) =>
    value === undefined ||
    (typeof value === 'string' &&
      /^rediss?:\/\//.test(value) &&
      URL.canParse(value) &&
      /^\/?\d{0,9}$/.test(new URL(value).pathname));
  return rule(
    'redisUrl',
    isMet,
    'must be a URL like redis://host:6379/0, whose path is the number of a database',
    false,
  );
}

const HOST_NAME = /^(?:\*|(?:\*\.)?[a-z\d_](?:[a-z\d_-]*[a-z\d_])?(?:\.[a-z\d_](?:[a-z\d_-]*[a-z\d_])?)*)$/i;

/** Names, `*.name`, addresses, subnets or, unless `any` is false, `*`, with commas between them, or nothing. */
export function HostList({ any = true } = {}): PropertyDecorator {
  const isHost = (host: string): boolean => {
    if (host === '*' && !any) return false;
    const [address = '', prefix, ...rest] = host.split('/');
    const family = isIP(address);
    if (prefix === undefined) return family !== 0 || HOST_NAME.test(host);
    const most = { 0: -1, 4: 32, 6: 128 }[family]!;
    return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= most;
  };
  const isMet: Rule = (value) =>
    value === undefined || (typeof value === 'string' && value.split(',').every((host) => isHost(host.trim())));
  const expected = 'must be host names, *.names, addresses or subnets with commas between them';
  return rule('hostList', isMet, any ? `${expected}, or *` : expected);
}

/** Whole numbers from 0 to `max`, at most `length` of them, with commas between. */
export function IntegerList(max: number, length: number): PropertyDecorator {
  const isMet: Rule = (value) => {
    const items = String(value).split(',');
    return items.length <= length && items.every((item) => /^\s*\d{1,9}\s*$/.test(item) && Number(item) <= max);
  };
  return rule('integerList', isMet, `must be 1 to ${length} whole numbers from 0 to ${max} with commas between them`);
}

/** Base64 of 32 bytes, once or several times with commas between, or nothing. Never shows in a message. */
export function SecretKeys(): PropertyDecorator {
  const isKey = (text: string): boolean => /^[A-Za-z\d+/]{43}=$/.test(text.trim());
  const isMet: Rule = (value) => value === undefined || (typeof value === 'string' && value.split(',').every(isKey));
  const expected =
    'must be 32 bytes in base64 (openssl rand -base64 32); after a change the new key, a comma, the old one';
  return rule('secretKeys', isMet, expected, false);
}

export function RequiredInProduction(): PropertyDecorator {
  const isMet: Rule = (value, { NODE_ENV }) => value !== undefined || NODE_ENV !== 'production';
  return rule('requiredInProduction', isMet, 'must be set when NODE_ENV=production', false);
}

/** Must be set in this `AUTH_MODE`, unless the setting named by `orElse` is. */
export function RequiredFor(mode: string, hint = '', orElse?: string): PropertyDecorator {
  const isMet: Rule = (value, subject) =>
    value !== undefined || subject.AUTH_MODE !== mode || (orElse !== undefined && subject[orElse] !== undefined);
  return rule('requiredFor', isMet, `must be set when AUTH_MODE=${mode}${hint && ` (${hint})`}`, false);
}
