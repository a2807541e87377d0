//! The crate from outside: cases as data, hostile input, properties, and the documentation.

mod case;
mod docs;
mod edit;
mod hostile;
mod load;
mod property;
mod run;
mod targets;
