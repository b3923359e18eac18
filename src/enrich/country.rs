//! Where an address lies: by the embedded table, or by a database that the
//! user has.

use super::country_table;
pub use super::country_table::embedded_date;
use crate::model::{Country, clean, cut};
use maxminddb::Reader;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::sync::Arc;

/// Longest name of a region or city kept, in bytes.
const MAX_NAME: usize = 96;

/// Where an address lies; what is unknown is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The country.
    pub country: Country,
    /// English name of the first subdivision.
    pub region: String,
    /// English name of the city.
    pub city: String,
}

/// What is asked for places. Clones share the data.
#[derive(Clone)]
pub struct GeoIp(Database);

#[derive(Clone)]
enum Database {
    Empty,
    Embedded,
    File(Arc<Reader<Vec<u8>>>),
}

impl GeoIp {
    /// Knows nothing.
    pub fn empty() -> GeoIp {
        GeoIp(Database::Empty)
    }

    /// Knows the countries of the table in the program.
    pub fn embedded() -> GeoIp {
        GeoIp(Database::Embedded)
    }

    /// Reads a country or city database in the MaxMind format.
    ///
    /// # Errors
    /// The file cannot be read or is no such database.
    pub fn open(path: &Path) -> Result<GeoIp, String> {
        let failed =
            |error: maxminddb::MaxMindDbError| format!("could not read the database {}: {error}", path.display());
        let reader = Reader::open_readfile(path).map_err(failed)?;
        // A broken one is better refused now than silent later.
        reader
            .lookup(Ipv4Addr::new(8, 8, 8, 8).into())
            .and_then(|found| found.decode::<Record<'_>>())
            .map_err(failed)?;
        if reader.metadata().ip_version == 6 {
            let v6 = Ipv6Addr::new(0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8888);
            reader.lookup(v6.into()).and_then(|found| found.decode::<Record<'_>>()).map_err(failed)?;
        }
        Ok(GeoIp(Database::File(Arc::new(reader))))
    }

    /// When the database was made, epoch seconds; `None` for what knows nothing.
    pub fn made(&self) -> Option<i64> {
        match &self.0 {
            Database::Empty => None,
            Database::Embedded => {
                let date = chrono::NaiveDate::parse_from_str(embedded_date(), "%Y-%m-%d").ok()?;
                Some(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp())
            }
            Database::File(reader) => Some(reader.metadata().build_epoch as i64),
        }
    }

    /// Where the address lies; IPv4-mapped IPv6 is IPv4. Allocates only for
    /// regions and cities.
    pub fn lookup(&self, ip: IpAddr) -> Place {
        match &self.0 {
            Database::Empty => Place::default(),
            Database::Embedded => Place { country: country_table::lookup(ip.to_canonical()), ..Place::default() },
            // An address of which the database cannot tell is unknown.
            Database::File(reader) => place(reader, ip.to_canonical()).unwrap_or_default(),
        }
    }
}

fn place(reader: &Reader<Vec<u8>>, ip: IpAddr) -> Option<Place> {
    let record = reader.lookup(ip).ok()?.decode::<Record<'_>>().ok()??;
    let code = record.country.and_then(|country| country.iso_code).or(record.country_code);
    let region = record.subdivisions.into_iter().next();
    Some(Place {
        country: code.and_then(country).unwrap_or_default(),
        region: region.map(name).unwrap_or_default(),
        city: record.city.map(name).unwrap_or_default(),
    })
}

fn country(code: &str) -> Option<Country> {
    let upper = <[u8; 2]>::try_from(code.as_bytes()).ok()?.map(|b| b.to_ascii_uppercase());
    upper.iter().all(u8::is_ascii_uppercase).then_some(Country(upper))
}

fn name(named: Named<'_>) -> String {
    cut(clean(named.names.en.unwrap_or_default().as_bytes()), MAX_NAME).into_owned()
}

/// As much of a record as is read. MaxMind and DB-IP have `country`, the
/// smaller tables of DB-IP only `country_code`.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    country: Option<IsoCode<'a>>,
    country_code: Option<&'a str>,
    #[serde(borrow, default)]
    subdivisions: Vec<Named<'a>>,
    #[serde(borrow)]
    city: Option<Named<'a>>,
}

#[derive(Deserialize)]
struct IsoCode<'a> {
    iso_code: Option<&'a str>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, default)]
    names: Names<'a>,
}

#[derive(Default, Deserialize)]
struct Names<'a> {
    en: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::{test_data, test_data_path};

    fn open(file: &str) -> Option<Result<GeoIp, String>> {
        test_data_path(&format!("geo/{file}")).map(|path| GeoIp::open(&path))
    }

    #[test]
    fn every_network_of_a_country_database_is_found() {
        let (Some(geo), Some(json)) = (open("GeoLite2-Country-Test.mmdb"), test_data("geo/GeoLite2-Country-Test.json"))
        else {
            return;
        };
        let networks: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&json).unwrap();
        let (geo, mut count) = (geo.unwrap(), 0);
        for (network, record) in networks.into_iter().flatten() {
            let network: ipnet::IpNet = network.parse().unwrap();
            let code = record["country"]["iso_code"].as_str().unwrap_or_default();
            assert_eq!(geo.lookup(network.addr()).country.as_str(), code, "{network}");
            assert_eq!(geo.lookup(network.broadcast()).country.as_str(), code, "{network}");
            count += 1;
        }
        println!("{count} networks");
        assert!(count > 200);
    }

    #[test]
    fn cities_have_names() {
        let Some(geo) = open("GeoIP2-City-Test.mmdb") else {
            return;
        };
        let place = geo.unwrap().lookup("::ffff:81.2.69.142".parse().unwrap());
        assert_eq!((place.country.as_str(), &*place.region, &*place.city), ("GB", "England", "London"));
    }

    #[test]
    fn broken_and_other_databases_do_no_harm() {
        let files = [
            "GeoIP2-Anonymous-IP-Test.mmdb",
            "GeoIP2-City-Test-Invalid-Node-Count.mmdb",
            "GeoLite2-ASN-Test.mmdb",
            "MaxMind-DB-string-value-entries.mmdb",
            "MaxMind-DB-test-broken-pointers-24.mmdb",
            "MaxMind-DB-test-broken-search-tree-24.mmdb",
            "MaxMind-DB-test-mixed-24.mmdb",
        ];
        for file in files {
            match open(file) {
                None => return,
                Some(Err(error)) => println!("{file}: {error}"),
                Some(Ok(geo)) => {
                    for last in 0..=255 {
                        geo.lookup(Ipv4Addr::new(1, 1, 1, last).into());
                        geo.lookup(Ipv6Addr::from(u128::from(last) << 112).into());
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_database_is_refused() {
        let error = GeoIp::open(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))).err().unwrap();
        assert!(error.starts_with("could not read the database ") && error.contains("Cargo.toml: "), "{error}");
        assert!(GeoIp::open(Path::new("/nowhere.mmdb")).is_err());
    }

    #[test]
    fn nothing_is_known_without_a_database() {
        let ip = "8.8.8.8".parse().unwrap();
        assert_eq!(GeoIp::empty().lookup(ip), Place::default());
        assert_eq!(GeoIp::embedded().lookup("::ffff:8.8.8.8".parse().unwrap()), GeoIp::embedded().lookup(ip));
    }
}
