//! What must hold in the browser's own world: 32-bit pointers, JavaScript's numbers and dates. Run by
//! `cargo xtask test --only wasm`, in Node.

#[cfg(target_arch = "wasm32")]
mod compose_text;
#[cfg(target_arch = "wasm32")]
mod event_numbers;
#[cfg(target_arch = "wasm32")]
mod times;

fn main() {}
