//! Word lists of English grammar, and the news words the tagger's model lacks. Comes in: a normalised word. Goes
//! out: its class. Closed classes are complete; open classes hold only what the tagger gets wrong or does not know.
//! Holds no meaning: that "killed" is a casualty is not known here.

use std::sync::OnceLock;

use super::word_map::WordMap;
use crate::text::Tag;

const DETERMINERS: &str = "the a an my your his her its their our no each every some any another either neither both all such this these those whose";
const PRONOUNS: &str = "i you he she it we they me him us them himself herself itself themselves ourselves yourself myself who whom which \
    what whoever whatever everyone someone anyone nobody none nothing something anything everything everybody somebody anybody theirs ours \
    hers yours oneself";
const ADPOSITIONS: &str = "of in on at by for with from into onto upon under during through throughout across against among amongst amid \
    amidst between behind beneath beside besides beyond despite near outside inside toward towards via within without per above below along \
    alongside around about over past like unlike except including concerning regarding according than off versus vs vs. aboard atop \
    underneath opposite minus plus excluding pending";
const COORDINATORS: &str = "and or but nor &";
const SUBORDINATORS: &str = "if unless although though because while whereas whether when where why how until till since after before as \
    once lest wherever whenever whilst";
const AUXILIARIES: &str = "be am is are was were been being 's 're 'm have has had having 've do does did will would can could may might \
    must shall should ought 'll 'd wo ca cannot";
const ADVERBS: &str = "not n't 't never also already still just only even very too again ever soon now then here there today yesterday \
    tomorrow tonight meanwhile however otherwise moreover instead therefore thus hence up down out away back apart ahead together \
    forward abroad ashore else far further furthermore nevertheless nonetheless perhaps maybe almost quite rather so overnight indeed \
    sometimes somewhere everywhere anywhere elsewhere always often seldom twice later earlier ago yet aside underway long much well \
    indoors outdoors upstairs downstairs alike o'clock a.m. p.m. a.m p.m am pm hardly barely scarcely nationwide worldwide afterwards \
    thereafter likewise thereby whereby homeward inland upstream downstream de facto";
const NUMBERS: &str = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen dozens scores \
    hundreds thousands millions billions tens";
const NOUNS: &str = "enclave ombudsman ombudswoman bloodshed blockade airstrike airstrikes landslide landslides mudslide mudslides quake \
    quakes aftershock aftershocks rubble paramilitary paramilitaries ceasefire ceasefires standoff mediator mediators peacekeeper \
    peacekeepers militiaman militiamen militia militias insurgent insurgents insurgency jihadist jihadists islamist islamists gunman gunmen \
    assailant assailants hostage hostages captive captives detainee detainees evacuee evacuees refugee refugees bystander bystanders \
    passerby passersby firefighter firefighters paramedic paramedics rescuer rescuers medic medics serviceman servicemen servicewoman \
    spokesman spokeswoman spokesperson spokespeople spokesmen envoy envoys junta crackdown crackdowns uprising uprisings curfew curfews \
    lockdown lockdowns warplane warplanes drone drones rocket rockets missile missiles mortar mortars shrapnel wreckage debris \
    epicenter epicentre magnitude tremor tremors typhoon cyclone hurricane tornado wildfire wildfires blaze flood floods floodwater \
    floodwaters stampede collapse derailment crash pileup outbreak toll tolls casualty casualties fatality fatalities victim victims \
    survivor survivors death deaths injury injuries wound wounds body bodies corpse corpses morgue morgues hospital hospitals \
    funeral funerals mourner mourners tally count ultimatum ultimatums truce truces offensive onslaught siege raid raids ambush \
    ambushes clash clashes bombardment bombing bombings shooting shootings stabbing stabbings killing killings explosion explosions \
    blast blasts detonation gunfire gunshot gunshots shootout standoffs takeover coup coups secessionist secessionists separatist \
    separatists rebel rebels troop troops toddler toddlers infant infants teen teens teenager teenagers pensioner pensioners \
    schoolchildren schoolgirl schoolgirls schoolboy schoolboys villager villagers worshipper worshippers pilgrim pilgrims \
    commuter commuters motorist motorists miner miners trader traders vendor vendors herder herders settler settlers migrant migrants \
    mine mines outage outages ferry ferries dinghy trawler airliner helicopter copter convoy convoys checkpoint checkpoints outpost outposts \
    livelihood homeland parliament parliamentarian lawmaker lawmakers legislator tribunal prosecutor prosecutors watchdog taskforce \
    statement communique communiqué presser tweet tweets aid sanction sanctions airspace frontline frontlines counteroffensive incursion \
    interior defence defense ministry hostilities turmoil unrest mayhem havoc plight fighting shelling flooding anchor demonstrator \
    demonstrators protester protesters protestor protestors organiser organizer leader leaders kids kid toddler's people person persons men \
    women man woman child children boy boys girl girls police others week month year day night morning afternoon evening hour hours minute \
    minutes authorities officials mayor governor pontiff pope resident residents percent cent";
const ADJECTIVES: &str = "dead missing alive unaccounted homeless unhurt unharmed uninjured comatose stranded unconscious breakaway \
    self-proclaimed many few several other own same more most least latest deadly likely unlikely early elderly daily weekly monthly \
    yearly live critical unidentified unnamed unconfirmed unspecified armed injured-looking seismic riverine ethnic civilian \
    humanitarian able unable ready due critically-ill able-bodied so-called deadliest bloodiest hardest-hit worst-hit offshore \
    onshore northern southern eastern western north-eastern northeastern northwestern southeastern southwestern nearby local former \
    ongoing overall total interim acting";
const VERBS: &str = "killed wounded injured hurt shot slain died drowned perished succumbed stabbed beheaded massacred gunned maimed \
    hospitalised hospitalized evacuated displaced rescued airlifted detained arrested abducted kidnapped trapped buried engulfed swept \
    said told added vowed reiterated tweeted urged demanded called warned condemned denounced slammed decried lambasted accused alleged \
    denied rejected refuted rebuffed dismissed insisted pledged injuring killing wounding leaving displacing trapping forcing prompting \
    sparking triggering burying destroying saying adding urging warning calling citing quoting accusing vowing pledging insisting \
    reported confirmed announced estimated revised climbed risen rose soared jumped topped surpassed exceeded swelled ousted toppled \
    reaffirmed backed appealed condoled mourned blamed blames says tells urges warns vows slams condemns rejects denies kills wounds injures \
    dies leaves hits rocks topples sinks capsizes capsized derailed collides collided crashed toppling mediating besieged stormed \
    brokered reopened downed disarm disarms disarmed relinquish reconvene convene convened intervene intervened";
/// Forms that are noun and verb alike; the context decides.
const NOUN_OR_VERB: &str = "attack strike call demand halt stop end leave force hand help fire fight release return support aid protest \
    reach report review plan talk raid shell bomb rescue search count hit blame claim urge warn vow pledge condemn reject refuse deny \
    respond reply comment visit meet vote rally march block blockade control order request appeal offer accept withdraw retreat advance \
    surrender resign step start begin continue resume restart pause cease respect restore protect ensure guarantee investigate probe launch \
    target threaten sanction evacuate move flee move go come travel fly sail drive walk run work rise fall climb drop jump surge increase \
    decrease kill die wound injure hurt harm damage destroy burn flood collapse crash sink capsize drown bury trap detain arrest charge \
    sentence face need want ask answer question hope fear doubt worry regret apologise apologize remain stay keep hold take give get make \
    let lead head back defend deploy send provide supply deliver receive cut lift impose ban clash battle struggle storm seize capture \
    recapture retake free save treat transfer transport cover host join mark mourn act aim seek try use test trust risk cause spark prompt \
    trigger intensify ease escalate stand sign agree approve adopt pass table veto implement enforce dissolve disband disarm lay down \
    open close shut reopen secure guard patrol monitor watch witness record issue release publish broadcast air cite quote name identify \
    confirm announce declare state say tell add note stress recall describe read write post tweet mediate broker negotiate discuss debate \
    consider study decide rule judge try shoot stab gun ambush torch loot riot strike mine mob storm rock shake jolt hit batter lash \
    slam ravage ram plow plough veer skid overturn derail collide explode blast detonate erupt spew spread grow mount pass top near exceed \
    surpass double triple total toll number estimate put place bring carry pull dig drag recover find locate discover retrieve airlift \
    shelter house feed pay fund donate cost charge share trade deal cross enter exit board land hunt chase track blow break";

/// Words that stand for a day or a time and never head a subject in a verb's way.
const TIME_WORDS: &str = "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august \
    september october november december jan feb mar apr jun jul aug sep sept oct nov dec jan. feb. mar. apr. jun. jul. aug. sep. sept. oct. nov. \
    dec. today yesterday tomorrow tonight overnight morning afternoon evening night noon midnight midday dawn dusk week month year weekend hour hours day days \
    weeks months years minute minutes gmt utc cet cest est edt pst bst ist p.m. a.m. pm am";

/// The words that numbers are written with, and those that begin a vague one.
pub(crate) fn number_words() -> impl Iterator<Item = &'static str> {
    NUMBERS.split_whitespace().chain(["several", "few", "half", "couple", "crore", "lakh"])
}

struct Lists {
    tags: WordMap<&'static str, Tag>,
    noun_or_verb: WordMap<&'static str, ()>,
    time: WordMap<&'static str, ()>,
}

fn lists() -> &'static Lists {
    static LISTS: OnceLock<Lists> = OnceLock::new();
    LISTS.get_or_init(|| {
        let mut tags = WordMap::default();
        // Later lists do not overwrite earlier ones: closed classes come first.
        for (words, tag) in [
            (DETERMINERS, Tag::Determiner),
            (PRONOUNS, Tag::Pronoun),
            (AUXILIARIES, Tag::Aux),
            (COORDINATORS, Tag::Coordinator),
            (SUBORDINATORS, Tag::Subordinator),
            (ADPOSITIONS, Tag::Adposition),
            (NUMBERS, Tag::Number),
            (ADVERBS, Tag::Adverb),
            (ADJECTIVES, Tag::Adjective),
            (NOUNS, Tag::Noun),
            (VERBS, Tag::Verb),
        ] {
            for word in words.split_whitespace() {
                tags.entry(word).or_insert(tag);
            }
        }
        let set = |words: &'static str| words.split_whitespace().map(|word| (word, ())).collect();
        Lists { tags, noun_or_verb: set(NOUN_OR_VERB), time: set(TIME_WORDS) }
    })
}

/// The words of all lists.
pub(super) fn listed() -> impl Iterator<Item = &'static str> {
    let lists = lists();
    lists.tags.keys().chain(lists.noun_or_verb.keys()).chain(lists.time.keys()).copied()
}

/// The class of a word in the lists.
#[inline]
pub fn class_of(word: &str) -> Option<Tag> {
    lists().tags.get(word).copied()
}

/// Whether the base form `word` serves as noun and as verb.
#[inline]
pub fn is_noun_or_verb(word: &str) -> bool {
    lists().noun_or_verb.contains_key(word)
}

/// Whether the word names a day, a month or a time of day.
#[inline]
pub fn is_time_word(word: &str) -> bool {
    lists().time.contains_key(word)
}

/// "will", "could", "must": auxiliaries that carry a mood.
#[inline]
pub fn is_modal(word: &str) -> bool {
    matches!(
        word,
        "will"
            | "would"
            | "can"
            | "could"
            | "may"
            | "might"
            | "must"
            | "shall"
            | "should"
            | "ought"
            | "'ll"
            | "wo"
            | "ca"
            | "cannot"
    )
}

/// Forms of "be".
#[inline]
pub fn is_be(word: &str) -> bool {
    matches!(word, "be" | "am" | "is" | "are" | "was" | "were" | "been" | "being" | "'s" | "'re" | "'m")
}

/// Forms of "have".
#[inline]
pub fn is_have(word: &str) -> bool {
    matches!(word, "have" | "has" | "had" | "having" | "'ve" | "'d" | "'s")
}

/// Words that negate a verb.
#[inline]
pub fn is_negation(word: &str) -> bool {
    matches!(word, "not" | "n't" | "'t" | "never" | "hardly" | "barely" | "scarcely" | "neither")
}

/// Nouns that take a number as their name: "highway 6", "day 12", "resolution 2231".
#[expect(clippy::too_many_lines, reason = "a flat list of cases, clearer in one piece than cut in two")]
pub fn takes_number_name(word: &str) -> bool {
    matches!(
        word,
        "flight"
            | "highway"
            | "route"
            | "resolution"
            | "article"
            | "chapter"
            | "section"
            | "phase"
            | "day"
            | "page"
            | "room"
            | "gate"
            | "no"
            | "no."
            | "nos."
            | "number"
            | "channel"
            | "line"
            | "platform"
            | "block"
            | "sector"
            | "unit"
            | "building"
            | "apartment"
            | "bus"
            | "boeing"
            | "airbus"
            | "tupolev"
            | "sukhoi"
            | "model"
            | "grade"
            | "category"
            | "level"
            | "stage"
            | "round"
            | "ward"
            | "precinct"
            | "battalion"
            | "brigade"
            | "regiment"
            | "interstate"
            | "station"
            | "exit"
            | "camp"
            | "version"
            | "part"
            | "volume"
            | "paragraph"
            | "clause"
            | "act"
            | "law"
            | "bill"
            | "rule"
            | "order"
            | "decree"
            | "apollo"
            | "area"
            | "terminal"
            | "reactor"
            | "pier"
            | "berth"
            | "junction"
            | "checkpoint"
            | "hall"
            | "car"
            | "coach"
            | "carriage"
            | "episode"
            | "season"
            | "mark"
            | "mk"
            | "class"
            | "schedule"
            | "annex"
            | "appendix"
            | "figure"
            | "table"
            | "wing"
            | "squadron"
            | "division"
            | "group"
            | "pillar"
            | "group-of"
            | "protocol"
            | "item"
            | "step"
            | "lane"
            | "track"
    )
}
