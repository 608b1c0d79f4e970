//! The engines of the server and the client without sockets and clocks.
#![allow(unreachable_pub)] // of one program, as is all here

mod scene;
mod stage;

mod bounds;
mod client;
mod client_commands;
mod client_sends;
mod crowds;
mod devices;
mod evolution;
mod gate;
mod hostile;
mod limits;
mod one_door;
mod pauses;
mod retries;
mod returning;
mod searches;
mod server;
mod store;
