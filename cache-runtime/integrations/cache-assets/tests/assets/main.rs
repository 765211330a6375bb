//! Assets as a browser meets them: names with fingerprints, and how long each may be kept, by requests to a server.

mod builds;
mod compressed;
mod development;
mod import_maps;
mod names;
mod references;
mod refused;
mod rolling_deploy;
mod serving;
mod site;
mod templates;
