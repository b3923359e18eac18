//! Texts as small numbers. A stage hands on a [`Sym`]; the store alone knows
//! which id a text has in the file.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// A text of one dictionary, valid within the [`Symbols`] that gave it out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(pub u32);

impl Sym {
    /// The empty text, in every dictionary.
    pub const EMPTY: Sym = Sym(0);
    /// What is beyond the cap on new texts, in every dictionary.
    pub const OTHER: Sym = Sym(1);
    /// What was too rare to be kept, in every dictionary.
    pub const RARE: Sym = Sym(2);
}

/// The dictionaries of the store. Fields of a compound text are separated by
/// U+001F.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Dictionary {
    /// Page paths.
    Pages,
    /// Paths of errors and redirects, apart so that scanners cannot crowd out pages.
    Paths,
    /// Referring host and path.
    Referrers,
    /// Names of sources.
    Sources,
    /// utm_source, utm_medium, utm_campaign.
    Campaigns,
    /// Family and major version of browsers and systems.
    Agents,
    /// Names of regions and cities.
    Places,
    /// Virtual hosts.
    Hosts,
    /// Name and family of bots.
    Bots,
    /// Request methods.
    Methods,
}

impl Dictionary {
    /// All dictionaries, in the order of their numbers.
    pub const ALL: [Dictionary; 10] = [
        Dictionary::Pages,
        Dictionary::Paths,
        Dictionary::Referrers,
        Dictionary::Sources,
        Dictionary::Campaigns,
        Dictionary::Agents,
        Dictionary::Places,
        Dictionary::Hosts,
        Dictionary::Bots,
        Dictionary::Methods,
    ];

    /// The table's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Dictionary::Pages => "pages",
            Dictionary::Paths => "paths",
            Dictionary::Referrers => "referrers",
            Dictionary::Sources => "sources",
            Dictionary::Campaigns => "campaigns",
            Dictionary::Agents => "agents",
            Dictionary::Places => "places",
            Dictionary::Hosts => "hosts",
            Dictionary::Bots => "bots",
            Dictionary::Methods => "methods",
        }
    }
}

#[derive(Default)]
struct Interner {
    texts: Vec<Box<str>>,
    table: HashTable<u32>,
    hasher: FixedState,
}

impl Interner {
    fn intern(&mut self, text: &str) -> Sym {
        let hash = self.hasher.hash_one(text);
        let (texts, hasher) = (&mut self.texts, &self.hasher);
        let found = self.table.entry(hash, |&i| &*texts[i as usize] == text, |&i| hasher.hash_one(&*texts[i as usize]));
        match found {
            hashbrown::hash_table::Entry::Occupied(entry) => Sym(*entry.get()),
            hashbrown::hash_table::Entry::Vacant(entry) => {
                let next = u32::try_from(texts.len()).expect("under four billion texts");
                entry.insert(next);
                texts.push(text.into());
                Sym(next)
            }
        }
    }
}

/// All texts seen by one process, by dictionary.
pub struct Symbols {
    interners: [Interner; Dictionary::ALL.len()],
}

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols = Symbols { interners: Default::default() };
        for dictionary in Dictionary::ALL {
            for text in ["", "(other)", "(rare)"] {
                symbols.intern(dictionary, text);
            }
        }
        symbols
    }
}

impl Symbols {
    /// The symbol of a text; the same text gets the same symbol.
    pub fn intern(&mut self, dictionary: Dictionary, text: &str) -> Sym {
        self.interners[dictionary as usize].intern(text)
    }

    /// The text of a symbol.
    pub fn text(&self, dictionary: Dictionary, sym: Sym) -> &str {
        &self.interners[dictionary as usize].texts[sym.0 as usize]
    }

    /// How many texts a dictionary holds; never fewer than the three fixed ones.
    pub fn count(&self, dictionary: Dictionary) -> usize {
        self.interners[dictionary as usize].texts.len()
    }
}
