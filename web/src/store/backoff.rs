//! How long to wait before the next try: longer each time, and never the same for two browsers.

/// The first wait, in milliseconds.
const FIRST: f64 = 500.0;
/// The longest wait.
const LONGEST: f64 = 20_000.0;

/// The waits between tries.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    tries: i32,
}

impl Backoff {
    /// The next wait in milliseconds, by a random number between 0 and 1: between half of the step and all of it, so
    /// that the browsers of a server that comes back do not all knock at once.
    pub fn next(&mut self, random: f64) -> f64 {
        let step = (FIRST * 2_f64.powi(self.tries.min(16))).min(LONGEST);
        self.tries += 1;
        step * (0.5 + random / 2.0)
    }

    /// It worked: the next wait is the first again.
    pub fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;

    #[test]
    fn waits_grow_to_a_limit_and_start_over() {
        let mut backoff = Backoff::default();
        let waits: Vec<f64> = (0..40).map(|_| backoff.next(1.0)).collect();
        assert!(waits.is_sorted());
        assert_eq!((waits[0], waits[39]), (500.0, 20_000.0));
        backoff.reset();
        assert_eq!(backoff.next(0.0), 250.0);
    }
}
