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

/** Names, `*.name`, addresses, subnets or `*`, with commas between them, or nothing. */
export function HostList(): PropertyDecorator {
  const isHost = (host: string): boolean => {
    const [address = '', prefix, ...rest] = host.split('/');
    const family = isIP(address);
    if (prefix === undefined) return family !== 0 || HOST_NAME.test(host);
    const most = { 0: -1, 4: 32, 6: 128 }[family]!;
    return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= most;
  };
  const isMet: Rule = (value) =>
    value === undefined || (typeof value === 'string' && value.split(',').every((host) => isHost(host.trim())));
  return rule('hostList', isMet, 'must be host names, *.names, addresses or subnets with commas between them, or *');
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
