//! All behaviour of Stardeck.
