//! How long to wait. Pure functions of a random number from 0 to 1, so that they can be looked at.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const SHORTEST: Duration = Duration::from_millis(100);
/// However much an answer asks for: whoever waits longer may have been told nonsense.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);

/// A random number from 0 to 1, without 1. The standard library seeds its hash maps by the operating system.
pub(crate) fn random() -> f64 {
    (random_bits() >> 11) as f64 / (1u64 << 53) as f64
}

/// 64 random bits.
pub(crate) fn random_bits() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Seconds that came over the wire, within what can be waited for.
pub(crate) fn seconds(wanted: f64) -> Duration {
    match wanted.is_finite() {
        true => Duration::from_secs_f64(wanted.clamp(0.1, 86_400.0)),
        false => Duration::from_secs(10),
    }
}

/// Until the next heartbeat: what the registry asks for, a tenth less or more, so that agents that started together do not
/// stay together.
pub(crate) fn until_next_beat(interval: Duration, random: f64) -> Duration {
    interval.mul_f64(0.9 + 0.2 * random)
}

/// From a registration to the first heartbeat: any part of an interval, because a fleet may have registered together.
pub(crate) fn until_first_beat(interval: Duration, random: f64) -> Duration {
    interval.mul_f64(random)
}

/// After so many failures in a row (1 or more): what the answer asks for and up to a quarter more, else exponential backoff
/// with full jitter (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015) of at most `longest`.
pub(crate) fn after_failure(
    failures: u32,
    retry_after: Option<Duration>,
    longest: Duration,
    random: f64,
) -> Duration {
    let wait = match retry_after {
        Some(wanted) => wanted.min(LONGEST_RETRY_AFTER).mul_f64(1.0 + 0.25 * random),
        None => {
            let exponent = failures.saturating_sub(1).min(16);
            FIRST_BACKOFF
                .saturating_mul(1 << exponent)
                .min(longest)
                .mul_f64(random)
        }
    };
    wait.max(SHORTEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: Duration = Duration::from_secs(10);

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn random_numbers_differ_and_stay_within_0_and_1() {
        let drawn: Vec<f64> = (0..1000).map(|_| random()).collect();
        assert!(drawn.iter().all(|number| (0.0..1.0).contains(number)));
        let mean = drawn.iter().sum::<f64>() / 1000.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
        assert_ne!(random_bits(), random_bits());
    }

    #[test]
    fn beats_come_about_as_often_as_asked_for() {
        assert_eq!(until_next_beat(TEN, 0.0), ms(9_000));
        assert_eq!(until_next_beat(TEN, 0.5), ms(10_000));
        assert_eq!(until_next_beat(TEN, 1.0), ms(11_000));
        assert_eq!(until_first_beat(TEN, 0.25), ms(2_500));
    }

    #[test]
    fn failures_make_it_wait_longer_up_to_a_limit() {
        let waits: Vec<Duration> = [1, 2, 3, 5, 6, 1000]
            .map(|failures| after_failure(failures, None, TEN, 1.0))
            .into();
        assert_eq!(waits, [ms(500), ms(1_000), ms(2_000), ms(8_000), TEN, TEN]);
        assert_eq!(after_failure(3, None, TEN, 0.5), ms(1_000));
        assert_eq!(after_failure(1, None, TEN, 0.0), SHORTEST);
    }

    #[test]
    fn what_the_answer_asks_for_is_waited_for_at_least_and_within_reason() {
        assert_eq!(after_failure(9, Some(ms(2_000)), TEN, 0.0), ms(2_000));
        assert_eq!(after_failure(1, Some(ms(20_000)), TEN, 1.0), ms(25_000));
        assert_eq!(after_failure(1, Some(ms(0)), TEN, 1.0), SHORTEST);
        assert_eq!(after_failure(1, Some(Duration::MAX), TEN, 0.0), ms(300_000));
    }

    #[test]
    fn nonsense_over_the_wire_does_no_harm() {
        assert_eq!(seconds(10.0), TEN);
        assert_eq!(seconds(0.0), ms(100));
        assert_eq!(seconds(-5.0), ms(100));
        assert_eq!(seconds(f64::NAN), TEN);
        assert_eq!(seconds(1e300), Duration::from_secs(86_400));
    }
}
