// From the command line to an estate with its roles: what every command that reads inputs does first.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/options.h"
#include "engine/ingest/load.h"
#include "engine/model/view.h"
#include "engine/report/report.h"

namespace hubproof::cli {

/// Stays where it was made: its parts refer to each other.
class LoadedEstate {
 public:
  LoadedEstate(model::Snapshot snapshot, model::Designations designations);
  LoadedEstate(const LoadedEstate&) = delete;
  LoadedEstate& operator=(const LoadedEstate&) = delete;

  const model::View& view() const { return view_; }
  report::Subject subject() const { return {view_, locate_}; }
  /// False when nothing at all could be read: not even an empty table was recognised.
  bool is_usable() const;

 private:
  model::Estate estate_;
  model::Designations designations_;
  model::Roles roles_;
  ingest::Locator locator_;
  report::Locate locate_;
  model::View view_;
};

/// Reads configuration and inputs. Null after a complaint on stderr: the command ends with bad_usage.
std::unique_ptr<LoadedEstate> load_estate(const Options& options, const std::vector<std::string>& inputs);

/// load_estate() for a command that needs at least one usable input; tells the problems on stderr when there is none.
std::unique_ptr<LoadedEstate> load_usable_estate(const Options& options, const std::vector<std::string>& inputs);

}  // namespace hubproof::cli
