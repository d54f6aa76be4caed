//! A responder for the FAQ of this repository, with the shipped options.

use std::path::Path;

use caseclerk::config::{Options, Settings};
use caseclerk::responder::Responder;

use shared_index::shared_index;

#[path = "shared_index.rs"]
mod shared_index;

pub fn open_shipped_faq() -> Responder {
    let index = shared_index(&Path::new(env!("CARGO_MANIFEST_DIR")).join("faq"));
    let index = index.to_str().expect("a path in letters").to_owned();
    let flags = vec![("knowledge.index", "--index", index)];
    let options =
        Options::collect(None, std::iter::empty(), flags).expect("the shipped options are right");
    let settings = Settings::from_options(&options).expect("the shipped options are right");
    Responder::open(&settings).expect("the FAQ can be served")
}
