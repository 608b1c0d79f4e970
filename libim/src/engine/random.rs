//! Random bytes from a given seed.

use rand_chacha::ChaCha12Rng;
use rand_core::{Rng, SeedableRng};
use std::time::Duration;

/// A cryptographic generator (`ChaCha12`). Seed it from the operating system, except in simulations.
#[derive(Debug)]
pub struct Random(ChaCha12Rng);

impl Random {
    /// Creates a generator from 32 bytes, which must be secret if tokens or passkeys are generated.
    pub fn from_seed(seed: [u8; 32]) -> Random {
        Random(ChaCha12Rng::from_seed(seed))
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// A random number.
    pub fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A random number below `end`, or 0 when `end` is 0. The bias is below 2⁻³² for ends below 2³².
    pub fn below(&mut self, end: u64) -> u64 {
        u64::try_from((u128::from(self.number()) * u128::from(end)) >> 64).unwrap_or(0)
    }

    /// A random duration from zero up to, but not including, `end`.
    pub fn up_to(&mut self, end: Duration) -> Duration {
        Duration::from_nanos(self.below(u64::try_from(end.as_nanos()).unwrap_or(u64::MAX)))
    }
}
