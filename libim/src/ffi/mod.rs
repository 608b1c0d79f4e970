//! The C interface. `include/im.h` is generated from these files; its comments are their doc comments.
//!
//! Every function goes through `boundary`, which looks up the handle, checks the thread, catches panics, and turns errors into a
//! status and a text. Handles are numbers with a pointer type: they are never dereferenced, so a stale or foreign one is an error.

#![allow(unsafe_code)] // C's pointers and names
#![allow(non_camel_case_types)] // C names
#![allow(clippy::doc_markdown)] // these comments are C's documentation
#![allow(clippy::not_unsafe_ptr_arg_deref)] // C callers guarantee their pointers

mod apply;
mod boundary;
mod client;
mod client_requests;
mod client_views;
mod config;
mod context;
mod encode;
mod event;
mod event_types;
mod handles;
mod ids;
mod input;
mod kinds;
mod library;
mod lists;
mod options;
mod output;
mod pages;
mod server;
mod status;
mod step;
mod types;
mod waker;

pub use client::*;
pub use client_requests::*;
pub use client_views::*;
pub use config::*;
pub use context::*;
pub use event_types::*;
pub use ids::{im_id, im_set_user};
pub use input::IM_NUL_TERMINATED;
pub use kinds::*;
pub use library::*;
pub use options::im_option;
pub use server::*;
pub use status::im_status;
pub use step::*;
pub use types::*;
pub use waker::*;
