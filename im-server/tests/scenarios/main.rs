//! The real server, driven as its users and its enemies would.

#![cfg(unix)]

mod bad_input;
mod chatting;
mod faults;
mod keeping;
mod operating;
mod support;
