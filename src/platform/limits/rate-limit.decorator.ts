import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/** What a route's requests count against: `heartbeats` have a budget of their own, and probes need none. */
export type RateLimitBucket = 'requests' | 'heartbeats' | 'none';

const RATE_LIMIT_BUCKET = 'rate-limit-bucket';

/** Says which budget a controller or a route draws on; `requests` when nothing says so. */
export function RateLimit(bucket: RateLimitBucket): CustomDecorator {
  return SetMetadata(RATE_LIMIT_BUCKET, bucket);
}

/** The budget of a route handler in its controller. */
export function rateLimitBucketOf(handler: object, controller: object): RateLimitBucket {
  const declared: unknown =
    Reflect.getMetadata(RATE_LIMIT_BUCKET, handler) ?? Reflect.getMetadata(RATE_LIMIT_BUCKET, controller);
  return (declared as RateLimitBucket | undefined) ?? 'requests';
}
