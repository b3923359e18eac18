//! One binary, since each links the database again.

mod behind;
mod closed;
mod concurrent;
mod conventions;
mod copies;
mod corpus;
mod damage;
mod dashboard;
mod dashboard_data;
mod dashboard_live;
mod doctor;
mod failures;
mod fuzz;
mod hostile;
mod life;
mod model;
mod privacy;
mod reference;
mod reports;
mod rotation;
mod screen;
mod stopping;
mod support;
mod system;
mod torture;
mod zones;
