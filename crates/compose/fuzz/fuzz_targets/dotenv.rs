//! Reads arbitrary bytes as an environment file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| compose::fuzz::dotenv(bytes));
