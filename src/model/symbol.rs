//! Texts as small numbers. A stage hands on a [`Sym`]; the store alone knows
//! which id a text has in the file.

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
    /// Values of any dimension of visits, beside pages.
    Values,
}

impl Dictionary {
    /// All dictionaries, in the order of their numbers.
    pub const ALL: [Dictionary; 11] = [
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
        Dictionary::Values,
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
            Dictionary::Values => "values_of_pairs",
        }
    }
}
