//! Logs that nginx's and Caddy's own configuration name, else those in the
//! usual places.

use regex::Regex;
use std::path::PathBuf;

/// Where configurations lie.
const CONFIGURATIONS: [&str; 5] = [
    "/etc/nginx/nginx.conf",
    "/etc/nginx/conf.d/*.conf",
    "/etc/nginx/sites-enabled/*",
    "/etc/caddy/Caddyfile",
    "/etc/caddy/conf.d/*",
];

/// Where logs lie if no configuration names one.
const USUAL: [&str; 6] = [
    "/var/log/nginx/access.log",
    "/var/log/nginx/*access.log",
    "/var/log/caddy/*.log",
    "/var/log/apache2/access.log",
    "/var/log/apache2/other_vhosts_access.log",
    "/var/log/httpd/access_log",
];

fn files(globs: &[&str]) -> Vec<PathBuf> {
    globs
        .iter()
        .flat_map(|pattern| glob::glob(pattern).into_iter().flatten().flatten())
        .filter(|p| p.is_file())
        .collect()
}

/// The logs found, each once.
pub fn logs() -> Vec<PathBuf> {
    let configured = files(&CONFIGURATIONS).into_iter().filter_map(|file| std::fs::read_to_string(file).ok());
    let mut found: Vec<PathBuf> = configured.flat_map(|text| named(&text)).filter(|path| path.is_file()).collect();
    if found.is_empty() {
        found = files(&USUAL);
    }
    found.sort();
    found.dedup();
    found
}

/// The logs that a configuration names: nginx's `access_log PATH`, Caddy's
/// `output file PATH`.
fn named(text: &str) -> Vec<PathBuf> {
    let pattern = r#"(?m)^\s*(?:access_log|output\s+file)\s+"?(/[^\s;"]+)"#;
    let names = Regex::new(pattern).expect("a valid expression");
    names.captures_iter(text).map(|found| PathBuf::from(&found[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn configurations_name_logs() {
        let nginx =
            "http {\n  access_log /var/log/nginx/a.log combined;\n  # access_log /no.log;\n  access_log off;\n}";
        assert_eq!(named(nginx), [std::path::Path::new("/var/log/nginx/a.log")]);
        let caddy = "example.com {\n log {\n  output file /var/log/caddy/b.log {\n";
        assert_eq!(named(caddy), [std::path::Path::new("/var/log/caddy/b.log")]);
    }
}
