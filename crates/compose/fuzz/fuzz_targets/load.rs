//! Loads arbitrary bytes as a compose file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| compose::fuzz::load(bytes));
