//! Random user actions and faults, from a seed.

use crate::Summary;
use crate::world::World;
use libim::CommandError;
use libim::wire::{RoomId, Seq};
use std::time::Duration;

const ROOMS: [&str; 3] = ["tea", "coffee", "water"];
/// People and their devices in a world.
const PEOPLE_MAX: usize = 8;
const EMOJI: [&str; 3] = ["👍", "🎉", "no"];

/// Runs one seed to its end and checks every guarantee. Panics if one is violated.
pub fn run(seed: u64) -> Summary {
    // A third of the worlds have two servers.
    let servers = if seed.is_multiple_of(3) { 2 } else { 1 };
    let mut world = World::new(seed, servers, 2 + usize::try_from(seed % 5).unwrap_or(0));
    let rounds = 20 + world.random.below(60);
    // Half of the worlds have no faults.
    let rough = world.random.below(2) == 0;
    let mut said = 0;
    for _ in 0..rounds {
        for _ in 0..world.random.below(12) {
            let at = pick(&mut world, usize::MAX);
            act(&mut world, at, &mut said);
        }
        if rough {
            befall(&mut world);
        }
        world.settle();
        world.check_queues();
        world.check_states();
        let pause = match world.random.below(10) {
            0 => Duration::from_secs(world.random.below(30)),
            1..4 => Duration::from_millis(world.random.below(3000)),
            _ => Duration::from_millis(world.random.below(100)),
        };
        world.advance(world.now.mono + pause);
    }
    come_to_rest(&mut world);
    world.summary.unknown += world.data.borrow().unknown;
    world.summary
}

fn pick(world: &mut World, most: usize) -> usize {
    let count = world.people.len().min(most);
    usize::try_from(world.random.below(count as u64)).unwrap_or(0)
}

/// One user performs a random action. The engine decides whether it is allowed.
fn act(world: &mut World, at: usize, said: &mut u64) {
    let now = world.now;
    let rooms: Vec<RoomId> = world.people[at].client.rooms().map(|room| room.room).collect();
    let room = rooms.get(usize::try_from(world.random.below(rooms.len() as u64)).unwrap_or(0)).copied();
    let room = room.unwrap_or(RoomId::LOBBY);
    let head = world.people[at].client.room(room).map_or(0, |info| info.head.0);
    let target = Seq(1 + world.random.below(head.max(1)));
    let choice = world.random.below(40);
    let name = ROOMS[usize::try_from(world.random.below(3)).unwrap_or(0)];
    let emoji = EMOJI[usize::try_from(world.random.below(3)).unwrap_or(0)];
    let other = pick(world, usize::MAX);
    let other = world.people[other].name.clone();
    let long = world.random.below(20) == 0;
    let client = world.people[at].client.at(now);
    *said += 1;
    let filler = if long { "x".repeat(3000) } else { String::new() };
    let text = format!("{said} @{other} {filler}");
    let posted = match choice {
        0..22 => client.post(room, &text),
        22 => client.reply(room, target, &text),
        23 | 24 => client.edit(room, target, &text),
        25 => client.delete(room, target),
        26 | 27 => client.react(room, target, emoji, !(*said).is_multiple_of(3)),
        _ => {
            let _ = other_request(client, choice, room, name, &other, head);
            return;
        }
    };
    match posted {
        Ok(txn_id) => world.checker.posts(at, txn_id, text),
        Err(CommandError::NotInRoom | CommandError::Closed) => {}
        Err(error) => panic!("a sound post was refused: {error}"),
    }
}

fn other_request(
    client: &mut libim::Client,
    choice: u64,
    room: RoomId,
    name: &str,
    other: &str,
    head: u64,
) -> Result<(), CommandError> {
    match choice {
        28 | 29 => client.join(name).map(drop),
        30 | 31 => client.create_room(name, "about").map(drop),
        32 => client.leave(room).map(drop),
        33 | 34 => client.direct(other).map(drop),
        35 => client.set_topic(room, "topic").map(drop),
        36 => client.set_status(head.is_multiple_of(2), "busy").map(drop),
        37 => client.mark_read(room, Seq(head)),
        38 => client.typing(room, true),
        _ => client.history(room, Seq(head), 10).map(drop),
    }
}

/// Injects a random fault.
fn befall(world: &mut World) {
    let links: Vec<usize> = world.links.keys().copied().collect();
    let link =
        links.get(usize::try_from(world.random.below(links.len().max(1) as u64)).unwrap_or(0)).copied();
    let at = pick(world, usize::MAX);
    let now = world.now.mono;
    let span = Duration::from_millis(world.random.below(20_000));
    match (world.random.below(24), link) {
        (0..6, Some(link)) => world.cut(link),
        (6 | 7, Some(link)) => {
            if let Some(link) = world.links.get_mut(&link) {
                link.silent = true;
            }
        }
        (8..11, _) => world.people[at].asleep_until = now + span,
        (11 | 12, _) => world.people[at].offline_until = now + span,
        (13 | 14, _) => world.data.borrow_mut().weather.waiting ^= true,
        (15 | 16, _) => world.data.borrow_mut().weather.failing ^= true,
        (17, _) => world.data.borrow_mut().weather.unknown ^= true,
        (18, _) if world.random.below(6) == 0 => world.lose_data(),
        (18, _) => {
            let server = usize::try_from(world.random.below(world.servers.len() as u64)).unwrap_or(0);
            world.restart_server(server);
        }
        (19, _) => world.restart_person(at, None),
        (22, _) => world.revive_person(at),
        (20, _) => kick(world, at),
        (21, _) if world.people.len() < PEOPLE_MAX => {
            let name = world.people[at].name.clone();
            world.add_device(&name, None);
        }
        _ => {}
    }
}

/// Removes somebody with all their devices, which then start anew.
fn kick(world: &mut World, at: usize) {
    let name = world.people[at].name.clone();
    let server = world.people[at].server;
    // The user may have left by now.
    let _ = world.servers[server].at(world.now).kick(&name, "out");
    world.settle();
    for at in 0..world.people.len() {
        if world.people[at].name == name {
            world.restart_person(at, None);
        }
    }
}

/// Ends all faults: after a while every client must know everything.
fn come_to_rest(world: &mut World) {
    world.data.borrow_mut().weather = crate::store::Weather::default();
    for person in &mut world.people {
        person.asleep_until = Duration::ZERO;
        person.offline_until = Duration::ZERO;
    }
    // Both sides detect a silent connection within two and a half heartbeat intervals; this leaves time for retries.
    world.advance(world.now.mono + Duration::from_secs(400));
    world.check_states();
    let seen = |server: &libim::Server| -> Vec<_> {
        server.people().map(|person| (person.user, person.name, person.presence)).collect()
    };
    let people: Vec<Vec<_>> = world.servers.iter().map(seen).collect();
    world.checker.check_answered();
    for at in 0..world.people.len() {
        let person = &world.people[at];
        assert!(person.client.is_ready(), "{} is not back: {:?}", person.name, person.client);
        let rest = person.client.unanswered();
        assert_eq!(rest, 0, "{} has posts without an answer: {:?}", person.name, person.client);
        let inside = person.client.rooms().filter(|info| person.client.is_in(info.room));
        let heads: Vec<_> = inside.map(|info| (info.room, info.head)).collect();
        world.checker.check_complete(at, heads.into_iter());
        let mut known: Vec<_> =
            person.client.people().map(|p| (p.user, p.name.clone(), p.presence)).collect();
        known.sort_unstable_by_key(|person| person.0);
        let server = world.links.values().find(|link| link.client == at).map(|link| link.server);
        assert_eq!(known, people[server.expect("a link")], "{} does not see who is there", person.name);
    }
}
