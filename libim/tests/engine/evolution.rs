//! Compatibility of this crate with peers that speak an older or a later, extended protocol.

use crate::stage::Stage;
use libim::core::Now;
use libim::engine::{Machine, Peer, Random};
use libim::wire::{Body, Code, Entry, FromClient, FromServer, Ping, RoomId, Seq};
use libim::{Client, ClientConfig, ClientEvent, ServerConfig};
use serde::Serialize;

/// Encodes a frame with any kind and body.
fn frame(kind: u16, body: &impl Serialize) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
    (kind, body).serialize(&mut serializer).unwrap();
    let len = u32::try_from(bytes.len() - 4).unwrap();
    bytes[..4].copy_from_slice(&len.to_be_bytes());
    bytes
}

/// The `ClientHello` of a later client: a wider range of versions, and an unknown capability and field.
#[derive(Serialize)]
struct LaterHello {
    l: u16,
    h: u16,
    c: Vec<&'static str>,
    a: &'static str,
    z: (u8, Vec<u8>),
}

#[derive(Serialize)]
struct LaterLogin {
    i: u32,
    n: &'static str,
    q: Option<f64>,
}

#[derive(Serialize)]
struct LaterRequest {
    i: u32,
    w: Vec<Vec<u8>>,
}

#[test]
fn an_old_server_serves_a_later_client() {
    let mut stage = Stage::new(ServerConfig::default());
    let conn = stage.opens();
    let hello = LaterHello { l: 1, h: 9, c: vec!["telepathy"], a: "later/9", z: (1, vec![2]) };
    let login = LaterLogin { i: 1, n: "anna", q: Some(0.5) };
    let request = LaterRequest { i: 2, w: vec![vec![1]] };
    let heard = stage.sends_all(conn, &[frame(1, &hello), frame(2, &login), frame(4711, &request)].concat());
    assert!(matches!(&heard[0], FromServer::ServerHello(hello) if hello.version == 1), "{heard:?}");
    assert!(matches!(&heard[1], FromServer::Welcome(_)), "{heard:?}");
    let refused = heard.iter().find_map(|message| match message {
        FromServer::ErrorReply(refusal) => Some((refusal.id.0, refusal.code)),
        _ => None,
    });
    assert_eq!(refused, Some((2, Code::Unsupported)), "the answer names the unknown request");
}

/// A `ServerHello` with fewer limits than this version has, as of an older server, and unknown fields, as of a later one.
#[derive(Serialize)]
struct OtherServerHello {
    v: u16,
    e: u64,
    n: &'static str,
    l: OtherLimits,
    y: &'static str,
}

#[derive(Serialize)]
struct OtherLimits {
    x: u32,
    zz: u8,
}

#[derive(Serialize)]
struct OtherWelcome {
    i: u32,
    u: u64,
    n: &'static str,
    #[serde(with = "serde_bytes")]
    t: [u8; 24],
    r: Vec<OtherRoom>,
}

#[derive(Serialize)]
struct OtherRoom {
    r: u64,
    y: u16,
    n: &'static str,
    h: u64,
    planet: &'static str,
}

/// An entry of an unknown kind, with an unknown field.
#[derive(Serialize)]
struct LaterEntry {
    r: u64,
    s: u64,
    k: u16,
    hologram: Vec<u8>,
}

#[test]
fn an_old_client_understands_another_server() {
    let mut client =
        Client::new(ClientConfig { roster: false, ..ClientConfig::new("anna") }, Random::from_seed([1; 32]));
    let now = Now::default();
    client.at(now).start();
    while client.poll_action().is_some() {}
    let conn = client.handle_opened(now, 0, Peer::Local).unwrap();
    let limits = OtherLimits { x: 99, zz: 1 };
    let hello = OtherServerHello { v: 1, e: 5, n: "later", l: limits, y: "news" };
    client.handle_bytes(now, conn, &frame(64, &hello));
    let lobby = OtherRoom { r: 1, y: 1, n: "lobby", h: 0, planet: "earth" };
    let welcome = OtherWelcome { i: 1, u: 3, n: "anna", t: [7; 24], r: vec![lobby] };
    client.handle_bytes(now, conn, &frame(65, &welcome));
    client.handle_bytes(now, conn, &frame(9999, &LaterRequest { i: 0, w: vec![] }));
    client.handle_bytes(now, conn, &frame(66, &LaterEntry { r: 1, s: 1, k: 77, hologram: vec![1, 2, 3] }));
    client.settle(now);
    assert!(client.is_ready());
    assert_eq!(client.limits().text_bytes, 99);
    let events: Vec<ClientEvent> = std::iter::from_fn(|| client.poll_event()).collect();
    // The entry's kind is unknown, but its sequence number counts: there is no gap.
    assert!(
        events.iter().any(|event| matches!(
            event,
            ClientEvent::Entry {
                entry: Entry { room: RoomId::LOBBY, seq: Seq(1), body: Body::Other(77), .. },
                ..
            }
        )),
        "{events:?}"
    );
}

#[test]
fn every_encoding_of_the_array_and_the_kind_is_decoded() {
    let mut frame = Vec::new();
    FromClient::Ping(Ping {}).encode(&mut frame).unwrap();
    let body = frame.split_off(4 + 2);
    let arrays: [&[u8]; 3] = [&[0x92], &[0xdc, 0, 2], &[0xdd, 0, 0, 0, 2]];
    let kinds: [&[u8]; 9] = [
        &[19],
        &[0xcc, 19],
        &[0xcd, 0, 19],
        &[0xce, 0, 0, 0, 19],
        &[0xcf, 0, 0, 0, 0, 0, 0, 0, 19],
        &[0xd0, 19],
        &[0xd1, 0, 19],
        &[0xd2, 0, 0, 0, 19],
        &[0xd3, 0, 0, 0, 0, 0, 0, 0, 19],
    ];
    for array in arrays {
        for kind in kinds {
            let frame = [array, kind, &body].concat();
            assert_eq!(FromClient::decode(&frame), Ok(Some(FromClient::Ping(Ping {}))), "{frame:x?}");
        }
    }
    for kind in
        [&[0xd0, 0xff][..], &[0xd1, 0xff, 0xff], &[0xd2, 0xff, 0xff, 0xff, 0xff], &[0xe0], &[0xa1, b'p']]
    {
        assert!(FromClient::decode(&[&[0x92], kind, &body].concat()).is_err(), "{kind:x?}");
    }
}
