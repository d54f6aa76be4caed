//! A database for each test, on SQLite and, with the feature `postgres-tests`, on the Postgres
//! whose address is in `CASECLERK_TEST_POSTGRES`.

// Each test file uses only a part of this module.
#![allow(dead_code, unused_macros)]

use std::fs;
use std::path::{Path, PathBuf};

use caseclerk::store::Store;
use sqlx::any::install_default_drivers;
use sqlx::migrate::{Migrate, Migrator};
use sqlx::{AnyConnection, Connection, Executor};
use tempfile::TempDir;

/// A database of its own for one test.
pub struct Database {
    pub address: String,
    /// Holds the file of SQLite, and whatever else a test makes.
    pub folder: TempDir,
}

impl Database {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = folder.path().join("new/desk.db").display().to_string();
        Self { address, folder }
    }

    #[cfg(feature = "postgres-tests")]
    pub async fn postgres() -> Self {
        let server = std::env::var("CASECLERK_TEST_POSTGRES").expect("the address of a Postgres");
        let folder = tempfile::tempdir().expect("a folder");
        let name: String = folder.path().display().to_string();
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let name = format!("test_{}", name.to_lowercase());
        let mut connection = connect(&format!("{server}/postgres")).await;
        let create = format!("CREATE DATABASE {name}");
        connection.execute(create.as_str()).await.expect("a database");
        Self { address: format!("{server}/{name}"), folder }
    }

    pub fn is_postgres(&self) -> bool {
        self.address.contains("://")
    }

    /// Another one of the same kind.
    pub async fn another(&self) -> Self {
        #[cfg(feature = "postgres-tests")]
        if self.is_postgres() {
            return Self::postgres().await;
        }
        Self::sqlite()
    }

    pub fn open(&self) -> Store {
        Store::open(&self.address).expect("an address")
    }

    /// A connection beside the store's.
    pub async fn connect(&self) -> AnyConnection {
        if self.is_postgres() {
            return connect(&self.address).await;
        }
        fs::create_dir_all(Path::new(&self.address).parent().expect("a folder")).expect("a folder");
        connect(&format!("sqlite:{}?mode=rwc", self.address)).await
    }

    /// Makes the tables of a version. The sample rows of each migration are inserted before the
    /// next one is applied, so they have to survive it.
    pub async fn make(&self, version: i64) {
        let mut connection = self.connect().await;
        connection.ensure_migrations_table().await.expect("a table");
        let migrations = Migrator::new(Path::new("migrations")).await.expect("migrations");
        for migration in migrations.iter().filter(|migration| migration.version <= version) {
            connection.apply(migration).await.expect("it can be applied");
            let samples = fs::read_to_string(samples_of(migration.version)).expect("samples");
            connection.execute(samples.as_str()).await.expect("the samples fit");
        }
        connection.close().await.expect("everything is written");
    }
}

pub async fn connect(url: &str) -> AnyConnection {
    install_default_drivers();
    AnyConnection::connect(url).await.expect("a connection")
}

/// The numbers of the migrations, the newest last.
pub fn versions() -> Vec<i64> {
    let number = |name: String| name.split('_').next().and_then(|number| number.parse().ok());
    let mut versions: Vec<i64> = fs::read_dir("migrations")
        .expect("the folder of the migrations")
        .map(|file| file.expect("a file").file_name().into_string().expect("a name"))
        .map(|name| number(name).expect("a number"))
        .collect();
    versions.sort_unstable();
    versions
}

/// The file of the rows that people may have had since a migration.
pub fn samples_of(version: i64) -> PathBuf {
    Path::new("tests/migrations").join(format!("{version:04}.sql"))
}

/// Runs a test of the contract on each database.
macro_rules! contract {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::Database::sqlite()).await;
            })*
        }
        #[cfg(feature = "postgres-tests")]
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::Database::postgres().await).await;
            })*
        }
    };
}
