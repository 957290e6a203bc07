//! Base forms. Comes in: a normalised word. Goes out: the form a dictionary lists, and which form of a verb the word
//! is. Irregular words come from a table, the rest from the spelling rules of English. Never looks at context.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::word_map::WordMap;
use crate::text::VerbForm;

/// Base, past, participle.
const IRREGULAR: &str = "arise arose arisen|bear bore borne|beat beat beaten|become became become|begin began begun|bend bent bent|bind bound bound|\
bite bit bitten|bleed bled bled|blow blew blown|break broke broken|bring brought brought|broadcast broadcast broadcast|build built built|\
burst burst burst|buy bought bought|catch caught caught|choose chose chosen|cling clung clung|come came come|cost cost cost|creep crept crept|\
cut cut cut|deal dealt dealt|dig dug dug|draw drew drawn|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen|feed fed fed|\
feel felt felt|fight fought fought|find found found|flee fled fled|fling flung flung|fly flew flown|forbid forbade forbidden|\
forget forgot forgotten|forgive forgave forgiven|freeze froze frozen|get got got|give gave given|go went gone|grow grew grown|hear heard heard|\
hide hid hidden|hit hit hit|hold held held|hurt hurt hurt|keep kept kept|know knew known|lay laid laid|lead led led|leave left left|lend lent lent|\
leap leapt leapt|let let let|lie lay lain|light lit lit|lose lost lost|make made made|mean meant meant|meet met met|overcome overcame overcome|\
overthrow overthrew overthrown|pay paid paid|put put put|quit quit quit|read read read|rebuild rebuilt rebuilt|retake retook retaken|\
ride rode ridden|ring rang rung|rise rose risen|run ran run|say said said|see saw seen|seek sought sought|sell sold sold|send sent sent|set set set|\
shake shook shaken|shed shed shed|shoot shot shot|show showed shown|shrink shrank shrunk|shut shut shut|sing sang sung|sink sank sunk|sit sat sat|\
slay slew slain|sleep slept slept|slide slid slid|speak spoke spoken|speed sped sped|spend spent spent|spin spun spun|split split split|\
spread spread spread|stand stood stood|steal stole stolen|stick stuck stuck|strike struck struck|strive strove striven|swear swore sworn|\
sweep swept swept|swell swelled swollen|swim swam swum|swing swung swung|take took taken|teach taught taught|tear tore torn|tell told told|\
think thought thought|throw threw thrown|undergo underwent undergone|understand understood understood|undertake undertook undertaken|\
upset upset upset|wake woke woken|wear wore worn|weep wept wept|win won won|withdraw withdrew withdrawn|withhold withheld withheld|\
withstand withstood withstood|write wrote written|mow mowed mown|prove proved proven|outrun outran outrun|foresee foresaw foreseen|\
mistake mistook mistaken|behold beheld beheld|uphold upheld upheld|offset offset offset|overrun overran overrun|override overrode overridden|\
oversee oversaw overseen|grind ground ground|hang hung hung|stride strode stridden|sting stung stung|string strung strung|wind wound wound|\
bet bet bet|bid bid bid|cast cast cast|forecast forecast forecast|rid rid rid|thrust thrust thrust|wed wed wed|do did done|reset reset reset";

const IRREGULAR_NOUNS: &str = "men man|women woman|children child|people person|feet foot|teeth tooth|mice mouse|geese goose|lives life|wives wife|\
knives knife|leaves leaf|halves half|thieves thief|crises crisis|analyses analysis|bases base|series series|species species|news news|\
servicemen serviceman|servicewomen servicewoman|gunmen gunman|policemen policeman|policewomen policewoman|firemen fireman|militiamen militiaman|\
spokesmen spokesman|clergymen clergyman|fishermen fisherman|businessmen businessman|countrymen countryman|congressmen congressman|\
gunwomen gunwoman|crewmen crewman|tribesmen tribesman|councilmen councilman|grandchildren grandchild|schoolchildren schoolchild|buses bus|\
passersby passerby|headquarters headquarters|casualties casualty|police police|buses bus|gases gas|heroes hero|bodies body|corps corps|\
hostilities hostility|premises premises|barracks barracks|dead dead|data datum|media medium|injured injured|wounded wounded|statuses status|\
viruses virus|campuses campus|axes axis|diagnoses diagnosis|troops troop|others other|hundreds hundred|thousands thousand|dozens dozen";

/// Regular verbs whose base the spelling rules would get wrong: past (or -ing, -s) form and base.
const EXCEPTIONS: &str = "lay lay|died die|dies die|dying die|lied lie|lies lie|lying lie|tied tie|tying tie|ties tie|controlled control|controlling control|\
cancelled cancel|cancelling cancel|compelled compel|expelled expel|expelling expel|propelled propel|repelled repel|patrolled patrol|\
patrolling patrol|travelled travel|travelling travel|shelled shell|labelled label|signalled signal|quelled quell|modelled model|fuelled fuel|\
fuelling fuel|channelled channel|totalled total|totalling total|levelled level|rebelled rebel|barrelled barrel|equalled equal|enrolled enrol|\
hanged hang|hanging hang|belonged belong|belonging belong|banged bang|longed long|wronged wrong|prolonged prolong|prolonging prolong|\
bringing bring|ringing ring|singing sing|swinging swing|clinging cling|flinging fling|stinging sting|stringing string|hanging hang|\
focused focus|focusing focus|discussed discuss|biased bias|convened convene|convening convene|intervened intervene|intervening intervene|\
reconvened reconvene|postponed postpone|postponing postpone|phoned phone|condoned condone|toned tone|zoned zone|stoned stone|cloned clone|\
owned own|interfered interfere|interfering interfere|adhered adhere|adhering adhere|completed complete|completing complete|deleted delete|\
deleting delete|depleted deplete|competed compete|competing compete|united unite|uniting unite|invited invite|inviting invite|ignited ignite|\
igniting ignite|cited cite|citing cite|excited excite|incited incite|inciting incite|reunited reunite|reignited reignite|recited recite|\
dissolving dissolve|freed free|freeing free|agreed agree|agreeing agree|fleeing flee|seeing see|disagreed disagree|guaranteed guarantee|\
guaranteeing guarantee|refereed referee|decreed decree|monitored monitor|monitoring monitor|mirrored mirror|honored honor|favored favor|\
harbored harbor|honoring honor|labored labor|sponsored sponsor|sponsoring sponsor|anchored anchor|authored author|tutored tutor|\
bombed bomb|climbed climb|using use|used use|uses use|causing cause|caused cause|panicked panic|panicking panic|\
developed develop|developing develop|gossiped gossip|worshipped worship|kidnapped kidnap|kidnapping kidnap|handicapped handicap|\
added add|adding add|erred err|purred purr|aged age|aging age|hospitalized hospitalize|axed axe|seized seize|lasted last|massacred massacre|massacring massacre|tasted taste|tasting taste|\
wasted waste|wasting waste|pasted paste|hasted haste|welcomed welcome|welcoming welcome|overcoming overcome|coming come|becoming become|\
spokes spoke|goes go|does do|has have|had have|having have|is be|are be|was be|were be|been be|being be|am be|'re be|'m be|'ve have|'d have|\
makes make|takes take|gives give|arrives arrive|leaves leave|lives live|fires fire|seizes seize|flees flee|injures injure|forces force|\
raises raise|refuses refuse|accuses accuse|promises promise|closes close|increases increase|releases release|proposes propose|opposes oppose|\
imposes impose|supposes suppose|chooses choose|loses lose|ceases cease|collapses collapse|praises praise|advises advise|exercises exercise|\
surprises surprise|rises rise|arises arise|crosses cross|abuses abuse|excuses excuse|reverses reverse|eases ease|causes cause|houses house|\
capsizes capsize|sizes size|analyzes analyze|pleases please|disperses disperse|increases increase|purchases purchase|aches ache|\
headed head|heading head|beheaded behead|beheading behead|topped top|topping top|murdered murder|barred bar|barring bar|warred war|\
occurred occur|occurring occur|recurred recur|referred refer|referring refer|preferred prefer|deferred defer|transferred transfer|\
transferring transfer|conferred confer|stirred stir|scarred scar|deterred deter|incurred incur|incurring incur|buried bury|\
dying die|tying tie|vying vie|vied vie|hoeing hoe|shoeing shoe|dyed dye|eyed eye|eyeing eye|ageing age|singed singe|swung swing|\
hijacked hijack|backed back|lacked lack|kicked kick|visited visit|visiting visit|permitted permit|remitted remit";

/// Words whose ending belies the form, and those of "be", "have" and "do".
const FORMS: &[(VerbForm, &str)] = &[
    (VerbForm::ThirdPerson, "is are am has does 's 're 'm 've"),
    (VerbForm::Past, "was were did"),
    (VerbForm::PastOrParticiple, "had 'd"),
    (VerbForm::Participle, "been"),
    (VerbForm::Gerund, "being having"),
    (
        VerbForm::Base,
        "lay need feed speed bleed breed exceed proceed succeed bed shed bring sing ring swing embed wing king spring \
         string heed seed weed concede cling fling sting",
    ),
];

struct Tables {
    /// The form of every word whose ending does not tell it.
    forms: WordMap<&'static str, VerbForm>,
    nouns: WordMap<&'static str, &'static str>,
    /// The base of every form that the spelling rules get wrong, irregular verbs included.
    bases: WordMap<&'static str, &'static str>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut verbs = WordMap::default();
        for entry in IRREGULAR.split('|') {
            let mut forms = entry.split_whitespace();
            if let (Some(base), Some(past), Some(participle)) = (forms.next(), forms.next(), forms.next()) {
                if past == participle {
                    verbs.entry(past).or_insert((base, VerbForm::PastOrParticiple));
                } else {
                    verbs.entry(past).or_insert((base, VerbForm::Past));
                    verbs.entry(participle).or_insert((base, VerbForm::Participle));
                }
            }
        }
        let pairs = |list: &'static str| list.split('|').filter_map(|entry| entry.split_once(' '));
        let irregular = verbs.iter().map(|(form, (base, _))| (*form, *base));
        // Where both lists have a form, the exceptions win.
        let bases = irregular.chain(pairs(EXCEPTIONS)).collect();
        // "come" and "run" are participles too, but far more often the base; "lay" is listed below.
        let own = verbs.iter().filter(|(word, (base, form))| {
            **word != "lay" && (base != *word || *form == VerbForm::PastOrParticiple)
        });
        let own = own.map(|(word, (_, form))| (*word, *form));
        let listed = FORMS.iter().flat_map(|(form, words)| words.split(' ').map(move |word| (word, *form)));
        let forms = listed.chain(own).collect();
        Tables { nouns: pairs(IRREGULAR_NOUNS).collect(), bases, forms }
    })
}

/// Every word that a regular ending does not take to its base.
pub(crate) fn irregular_forms() -> impl Iterator<Item = &'static str> {
    let tables = tables();
    tables.bases.keys().chain(tables.nouns.keys()).copied()
}

/// Which form of a verb `word` would be, by its shape. "hit", "cut", "put" are `PastOrParticiple`.
#[inline]
pub fn form_of(word: &str) -> VerbForm {
    if let Some(form) = tables().forms.get(word) {
        return *form;
    }
    if word.len() > 4 && word.ends_with("ing") {
        VerbForm::Gerund
    } else if word.len() > 3 && word.ends_with("ed") {
        VerbForm::PastOrParticiple
    } else if word.len() > 2
        && word.ends_with('s')
        && !word.ends_with("ss")
        && !word.ends_with("us")
        && !word.ends_with("is")
    {
        VerbForm::ThirdPerson
    } else {
        VerbForm::Base
    }
}

/// The singular of a noun.
#[inline]
pub fn noun(word: &str) -> Cow<'_, str> {
    if let Some(&singular) = tables().nouns.get(word) {
        return Cow::Borrowed(singular);
    }
    if !word.ends_with('s')
        || word.ends_with("ss")
        || word.ends_with("us")
        || word.ends_with("is")
        || word.len() < 4
    {
        return Cow::Borrowed(word);
    }
    strip_s(word)
}

fn strip_s(word: &str) -> Cow<'_, str> {
    let cut = |count: usize| word.get(..word.len() - count).unwrap_or(word);
    if !word.ends_with("es") {
        return Cow::Borrowed(cut(1));
    }
    if word.ends_with("ies") && word.len() > 4 {
        return Cow::Owned(format!("{}y", cut(3)));
    }
    if ["sses", "shes", "ches", "xes", "zzes", "oes"].iter().any(|end| word.ends_with(end)) {
        return Cow::Borrowed(cut(2));
    }
    Cow::Borrowed(cut(1))
}

/// The base form of a verb.
pub fn verb(word: &str) -> Cow<'_, str> {
    if let Some(&base) = tables().bases.get(word) {
        return Cow::Borrowed(base);
    }
    if !word.ends_with(['d', 'g', 's']) {
        return Cow::Borrowed(word);
    }
    let stem = |count: usize| word.get(..word.len() - count).unwrap_or(word);
    match form_of(word) {
        VerbForm::PastOrParticiple if word.ends_with("ied") && word.len() > 4 => {
            Cow::Owned(format!("{}y", stem(3)))
        }
        VerbForm::PastOrParticiple if word.ends_with("ed") => restore(stem(2)),
        VerbForm::Gerund if word.ends_with("ing") => restore(stem(3)),
        VerbForm::ThirdPerson if word.ends_with('s') => strip_s(word),
        _ => Cow::Borrowed(word),
    }
}

/// The base whose "-ed" or "-ing" was cut off: undoubles a consonant or puts back a silent "e".
fn restore(stem: &str) -> Cow<'_, str> {
    let mut letters = stem.chars().rev();
    let mut letter = || letters.next().unwrap_or(' ');
    let (last, before, third) = (letter(), letter(), letter());
    let vowel = |sign: char| matches!(sign, 'a' | 'e' | 'i' | 'o' | 'u');
    if last == before && !vowel(last) {
        // "stopp" loses one, "kill", "pass", "stuff", "buzz" keep both.
        return Cow::Borrowed(if matches!(last, 'l' | 's' | 'f' | 'z') {
            stem
        } else {
            stem.get(..stem.len() - 1).unwrap_or(stem)
        });
    }
    let silent_e = match last {
        'c' | 'v' | 'u' | 'z' => true,
        's' => before != 's' && !matches!(stem, "focus" | "bias"),
        'g' => !(before == 'n' && third == 'o'),
        'l' => {
            !vowel(before) && !matches!(before, 'r' | 'w' | 'l')
                || (matches!(before, 'i' | 'u' | 'o')
                    && !vowel(third)
                    && !stem.ends_with("ful")
                    && !stem.ends_with("vil"))
        }
        'n' => {
            before == 'i' && !vowel(third) && !stem.ends_with("ruin")
                || before == 'u' && !vowel(third) && stem.len() <= 4
        }
        'r' => {
            (before == 'i' || before == 'u' || before == 'a' || before == 'o')
                && !vowel(third)
                && !stem.ends_with("favour")
                && stem.len() > 2
        }
        't' => {
            (before == 'a' && !matches!(third, 'e' | 'o') && !stem.ends_with("combat") || stem == "creat")
                || (before == 'u' && !vowel(third))
                || (before == 'o' && matches!(third, 'v' | 'u' | 'n' | 'm'))
        }
        'k' => matches!(before, 'a' | 'i' | 'o' | 'u') && !vowel(third) && stem.len() > 2,
        'd' => matches!(before, 'i' | 'u' | 'o' | 'a') && !vowel(third),
        'm' => matches!(before, 'a' | 'i' | 'u') && !vowel(third),
        'p' => matches!(before, 'a' | 'o') && !vowel(third) && !stem.ends_with("develop"),
        _ => false,
    };
    if silent_e { Cow::Owned(format!("{stem}e")) } else { Cow::Borrowed(stem) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_bases_of_verbs() {
        let mut wrong = Vec::new();
        for pairs in [
            "killed kill|wounded wound|injured injure|evacuated evacuate|fired fire|died die|said say|were be|has have|leaving leave|left left",
            "urged urge|urges urge|demanded demand|calls call|condemned condemn|accused accuse|accusing accuse|rejected reject|vowed vow",
            "pledged pledge|stopped stop|buried bury|freed free|fled flee|rescued rescue|rescuing rescue|collapsed collapse|rose rise",
            "climbed climb|revised revise|reported report|raised raise|increased increase|displaced displace|trapped trap|detained detain",
            "captured capture|declared declare|exploded explode|invaded invade|raided raid|hit hit|put put|struck strike|shot shoot|agreed agree",
            "damaged damage|besieged besiege|attacked attack|threatened threaten|halted halt|executed execute|shouted shout|united unite",
            "denied deny|denies deny|cited cite|suffered suffer|recovered recover|abandoned abandon|completed complete|visited visit|ordered order",
            "claimed claim|assumed assume|named name|escaped escape|hoped hope|provoked provoke|booked book|repaired repair|joined join",
            "mined mine|combined combine|included include|concluded conclude|changed change|charged charge|challenged challenge|filed file",
            "failed fail|ruled rule|toppled topple|pulled pull|crashed crash|crashes crash|reaches reach|goes go|passes pass|treated treat",
            "promoted promote|voted vote|noted note|rooted root|looted loot|ended end|sending send|planned plan|dissolved dissolve|convened convene",
            "poured pour|ignored ignore|feared fear|appeared appear|searched search|estimated estimate|repeated repeat|created create|located locate",
        ] {
            for pair in pairs.split('|') {
                let (word, base) = pair.split_once(' ').expect("a pair");
                let expected = if word == "left" { "leave" } else { base };
                if verb(word) != expected {
                    wrong.push(format!("{word} -> {}", verb(word)));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn finds_singulars() {
        for (word, base) in [
            ("deaths", "death"),
            ("bodies", "body"),
            ("women", "woman"),
            ("casualties", "casualty"),
            ("churches", "church"),
            ("buses", "bus"),
            ("crises", "crisis"),
            ("police", "police"),
            ("houses", "house"),
            ("boxes", "box"),
            ("heroes", "hero"),
            ("injuries", "injury"),
            ("crisis", "crisis"),
        ] {
            assert_eq!(noun(word), base);
        }
    }
}
