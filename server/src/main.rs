//! The binary `stardeck`.

fn main() {}
