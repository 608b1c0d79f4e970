//! libim
pub mod core;
pub mod engine;
pub mod storage;
pub mod wire;
