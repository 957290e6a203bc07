//! Made-up reports on made-up disasters: several stories, told in turns, whose tolls rise. The same seed gives the same
//! reports, so that what an undisturbed run tells can be compared with what a disturbed one tells.

use fastrand::Rng;
use serde_json::{Value, json};

/// One report in the JSON form of the documentation.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    /// Its identity.
    pub(crate) id: String,
    /// The number of its story: the key that keeps a story on one partition.
    pub(crate) story: usize,
    /// Title line, blank line, body.
    pub(crate) text: String,
    outlet: &'static str,
    published_at: String,
}

impl Report {
    /// The form that inputs read.
    pub(crate) fn json(&self) -> Value {
        json!({"id": self.id, "outlet": self.outlet, "published_at": self.published_at, "text": self.text})
    }
}

/// What a story is about: its place, its country, its event, and words that only it uses.
struct Plot {
    town: &'static str,
    country: &'static str,
    event: &'static str,
    setting: &'static str,
}

/// Places are invented; the countries are real so that the gazetteer has a part in keeping the stories apart.
const PLOTS: &[Plot] = &[
    Plot {
        town: "Puerto Calandra",
        country: "Uruguay",
        event: "flood",
        setting: "the Rosalba river burst its banks",
    },
    Plot {
        town: "Kasumbwe",
        country: "Zambia",
        event: "bridge collapse",
        setting: "the Lundazi footbridge gave way",
    },
    Plot {
        town: "Hvalstad",
        country: "Iceland",
        event: "avalanche",
        setting: "snow came down the Grimfell slope",
    },
    Plot {
        town: "Navusovo",
        country: "Fiji",
        event: "cyclone",
        setting: "storm Teresia made landfall on the reef",
    },
    Plot {
        town: "Vecmuiza",
        country: "Latvia",
        event: "factory fire",
        setting: "a varnish tank at the plywood mill burned",
    },
    Plot {
        town: "Tsolebe",
        country: "Botswana",
        event: "train derailment",
        setting: "the night express left the rails",
    },
    Plot {
        town: "San Iborio",
        country: "Paraguay",
        event: "bus crash",
        setting: "two coaches met on the Chaco highway",
    },
    Plot {
        town: "Olgoi Khudag",
        country: "Mongolia",
        event: "mine explosion",
        setting: "gas ignited in the coal gallery",
    },
];

const OUTLETS: &[&str] = &["Meridian Wire", "Harbour Gazette", "Northlight Radio", "The Plain Courier"];

/// `per_story` reports on each of `stories` disasters, one hour apart, in random turns. In each the dead are more than
/// in the one before, sometimes the injured too; now and then somebody demands something.
pub(crate) fn reports(seed: u64, stories: usize, per_story: usize) -> Vec<Report> {
    assert!(stories <= PLOTS.len(), "there are only {} plots", PLOTS.len());
    let mut random = Rng::with_seed(seed);
    let mut turns: Vec<usize> =
        (0..stories).flat_map(|story| std::iter::repeat_n(story, per_story)).collect();
    random.shuffle(&mut turns);
    let mut tolls: Vec<(u32, u32, usize)> =
        (0..stories).map(|_| (random.u32(3..9), random.u32(10..30), 0)).collect();
    let start: jiff::Timestamp = "2024-05-06T06:00:00Z".parse().unwrap();
    let mut told = Vec::new();
    for (turn, story) in turns.into_iter().enumerate() {
        let (killed, injured, number) = &mut tolls[story];
        *number += 1;
        if *number > 1 {
            *killed += random.u32(1..6);
            *injured += random.u32(0..4);
        }
        let minutes = i64::try_from(turn * 20).unwrap();
        told.push(Report {
            id: format!("s{story}-r{number:03}"),
            story,
            text: write(&PLOTS[story], *killed, *injured, *number, &mut random),
            outlet: OUTLETS[random.usize(..OUTLETS.len())],
            published_at: (start + jiff::SignedDuration::from_mins(minutes)).to_string(),
        });
    }
    told
}

/// `count` bulletins of two sentences on all of the disasters in turn, one second apart. In each, one more has died: every
/// one is news, and reading it costs little.
pub(crate) fn bulletins(count: usize) -> Vec<Report> {
    let start: jiff::Timestamp = "2024-05-06T06:00:00Z".parse().unwrap();
    let bulletin = |turn: usize| {
        let (story, number) = (turn % PLOTS.len(), turn / PLOTS.len());
        let Plot { town, country, event, .. } = &PLOTS[story];
        let killed = with_commas(number + 5);
        Report {
            id: format!("s{story}-r{number:03}"),
            story,
            text: format!(
                "Death toll from {town} {event} reaches {killed}\n\nThe {event} in {town}, {country}, has killed \
                 {killed} people, rescuers said.\n"
            ),
            outlet: OUTLETS[0],
            published_at: (start + jiff::SignedDuration::from_secs(i64::try_from(turn).unwrap())).to_string(),
        }
    };
    (0..count).map(bulletin).collect()
}

/// A figure that nobody takes for a year.
fn with_commas(figure: usize) -> String {
    if figure < 1000 {
        return figure.to_string();
    }
    format!("{},{:03}", with_commas(figure / 1000), figure % 1000)
}

fn write(plot: &Plot, killed: u32, injured: u32, number: usize, random: &mut Rng) -> String {
    let Plot { town, country, event, setting } = plot;
    let title = match random.u8(..3) {
        0 => format!("Death toll from {town} {event} reaches {killed}"),
        1 => format!("{killed} dead in {town} {event}"),
        _ => format!("{country}: {event} in {town} has killed {killed} people"),
    };
    let toll = match random.u8(..4) {
        0 => {
            format!("The death toll from the {event} in {town}, {country}, rose to {killed}, rescuers said.")
        }
        1 => format!("At least {killed} people have been killed in the {event} in {town}, {country}."),
        2 => format!(
            "The {event} in {town}, {country}, has killed {killed} people, the civil protection office said."
        ),
        _ => format!("{killed} people have died in the {event} in {town}, in {country}."),
    };
    let hurt = match random.u8(..2) {
        0 => format!("Another count stands at {injured} people injured, according to the district hospital."),
        _ => format!("The {event} injured {injured} people, hospitals in {town} said."),
    };
    let demand = if number % 5 == 3 {
        format!("The mayor of {town} called on the government of {country} to send more helicopters.\n\n")
    } else {
        String::new()
    };
    format!(
        "{title}\n\n{toll}\n\nThe disaster in {town} began when {setting}. {hurt}\n\n{demand}Volunteers from all over \
         {country} kept arriving in {town} on day {number} of the search.\n"
    )
}
