//! The sections `[servers.ID]`: options of one Discord server.

use std::collections::{BTreeMap, BTreeSet};

use toml::Value;

use super::ConfigError;
use super::options::{Options, Origin, bad_value};

/// The section that has a section for each server.
pub(super) const SECTION: &str = "servers";

const MODERATORS: &str = "moderators";
const ROLES: &str = "roles";
const VISIBILITY: &str = "visibility";
const CONTACT: &str = "contact";

/// The options of single servers, by the server's id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Servers(BTreeMap<u64, ServerSettings>);

/// config.toml documents the options of these fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerSettings {
    /// Whether its moderators may use `/faq`.
    pub moderators: bool,
    /// The roles that may use it, besides everybody with the permission Manage Server.
    pub roles: Vec<u64>,
    /// Whether replies to commands are ephemeral, if that differs from other servers.
    pub private: Option<bool>,
    /// A URL or words.
    pub contact: Option<String>,
}

impl Servers {
    /// The options of a server; `None` outside servers, or if it has none.
    pub fn of(&self, server: Option<u64>) -> Option<&ServerSettings> {
        self.0.get(&server?)
    }

    /// The servers whose moderators may use `/faq`.
    pub fn moderated(&self) -> impl Iterator<Item = u64> {
        self.0.iter().filter(|(_, server)| server.moderators).map(|(id, _)| *id)
    }

    pub(super) fn from_options(options: &Options) -> Result<Self, ConfigError> {
        let ids = options.keys().filter_map(|key| split(key)?.0.parse().ok());
        let ids: BTreeSet<u64> = ids.collect();
        let server = |id| Ok((id, ServerSettings::from_options(options, id)?));
        let mut servers: BTreeMap<_, _> = ids.into_iter().map(server).collect::<Result<_, _>>()?;
        if let Some(&main) = options.ids("moderation.guild")?.first() {
            let server: &mut ServerSettings = servers.entry(main).or_default();
            server.moderators = true;
            server.roles.extend(options.ids("moderation.roles")?);
        }
        Ok(Self(servers))
    }
}

impl ServerSettings {
    fn from_options(options: &Options, id: u64) -> Result<Self, ConfigError> {
        let given = |name: &str| {
            let key = format!("{SECTION}.{id}.{name}");
            options.keys().any(|other| other == key).then_some(key)
        };
        Ok(Self {
            moderators: given(MODERATORS).is_some_and(|key| options.is_on(&key)),
            roles: given(ROLES).map_or(Ok(Vec::new()), |key| options.ids(&key))?,
            private: given(VISIBILITY).map(|key| options.is_private(&key)).transpose()?,
            contact: given(CONTACT).and_then(|key| options.optional(&key)),
        })
    }
}

/// The default of an option of a server, which also defines its type; `None` if the key is no such
/// option.
pub(super) fn default_of(key: &str, origin: &Origin) -> Result<Option<Value>, ConfigError> {
    let Some((id, name)) = split(key) else { return Ok(None) };
    if id.parse().is_ok_and(|id: u64| id != 0 && id != u64::MAX) {
        return Ok(match name {
            MODERATORS => Some(Value::Boolean(false)),
            ROLES => Some(Value::Array(Vec::new())),
            VISIBILITY | CONTACT => Some(Value::String(String::new())),
            _ => None,
        });
    }
    let message = format!(
        "{id:?} is not the id of a server; write a section such as [{SECTION}.700000000000000001]"
    );
    Err(bad_value(key, origin, message))
}

/// The keys that a key of a server may have been meant for.
pub(super) fn keys_like(key: &str) -> impl Iterator<Item = String> {
    let id = split(key).map(|(id, _)| id.to_owned());
    let keys =
        |id| [MODERATORS, ROLES, VISIBILITY, CONTACT].map(|name| format!("{SECTION}.{id}.{name}"));
    id.map(keys).into_iter().flatten()
}

/// Whether the option of a server needs no restart.
pub(super) fn is_live_in_a_server(key: &str) -> bool {
    // Discord has to be told about the commands of moderators.
    split(key).is_some_and(|(_, name)| name != MODERATORS)
}

/// The id and the name of an option of a server.
fn split(key: &str) -> Option<(&str, &str)> {
    key.strip_prefix(SECTION)?.strip_prefix('.')?.split_once('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(text: &str) -> Result<Servers, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let options = Options::collect(Some(file.path()), std::iter::empty(), Vec::new());
        let servers = options.and_then(|options| Servers::from_options(&options));
        let name = file.path().display().to_string();
        servers.map_err(|error| error.to_string().replace(&name, "config.toml"))
    }

    #[test]
    fn each_server_has_its_own_options() {
        let servers = servers(
            "[moderation]\nguild = \"5\"\nroles = [\"1\"]\n\
             [servers.6]\nmoderators = true\nroles = [2]\ncontact = \"#help\"\n\
             [servers.7]\nvisibility = \"public\"\n",
        )
        .unwrap();
        assert_eq!(servers.moderated().collect::<Vec<_>>(), [5, 6]);
        assert_eq!(servers.of(Some(5)).unwrap().roles, [1]);
        let six = servers.of(Some(6)).unwrap();
        assert_eq!((six.roles.as_slice(), six.contact.as_deref()), (&[2][..], Some("#help")));
        assert_eq!(servers.of(Some(7)).unwrap().private, Some(false));
        assert_eq!((servers.of(Some(8)), servers.of(None)), (None, None));
    }

    #[test]
    fn mistakes_name_the_line() {
        let error = |text| servers(text).unwrap_err();
        assert_eq!(
            error("[servers.home]\nroles = []\n"),
            "config.toml:2: invalid value for `servers.home.roles`: \"home\" is not the id of a \
             server; write a section such as [servers.700000000000000001]"
        );
        let unknown = error("[servers.5]\nrole = []\n");
        assert_eq!(
            unknown,
            "config.toml:2: unknown option `servers.5.role`; did you mean `servers.5.roles`?"
        );
        let visibility = error("[servers.5]\nvisibility = \"all\"\n");
        assert!(visibility.contains("config.toml:2") && visibility.contains("private"));
    }
}
