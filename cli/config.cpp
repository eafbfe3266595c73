#include "cli/config.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <set>
#include <string_view>

#include "engine/core/text.h"

namespace hubproof::cli {
namespace {

using model::Selector;
using Keys = std::vector<std::string_view>;

class ConfigReader {
 public:
  explicit ConfigReader(std::string file) : file_(std::move(file)) {}
  void read(const std::string& text);
  Config take() { return std::move(config_); }

 private:
  void fail(const YAML::Mark& mark, std::string message, std::string fix = {});
  /// True for a mapping; each of its keys is checked against `keys`.
  bool is_mapping(const YAML::Node& node, std::string_view what, const Keys& keys);
  bool is_list(const YAML::Node& node, std::string_view what);
  /// The text of a scalar; empty after a complaint when it is none. YAML places a null behind its key, perhaps on a
  /// later line, so the complaint names the place of `key` where there is one.
  std::string scalar(const YAML::Node& node, std::string_view what, const YAML::Mark& key = YAML::Mark::null_mark());
  void root(const YAML::Node& node);
  void designate(const YAML::Node& node);
  void dns(const YAML::Node& node);
  void assumptions(const YAML::Node& node);
  void selectors(const YAML::Node& node, std::string_view what, std::vector<Selector>& out);
  void selector(const YAML::Node& node, std::string_view what, std::vector<Selector>& out);
  void firewalls(const YAML::Node& node);
  void appliance(const YAML::Node& node);
  void addresses(const YAML::Node& node, std::string_view what, std::vector<Ipv4>& out);
  void prefixes(const YAML::Node& node, std::string_view what, std::vector<Prefix>& out);

  std::string file_;
  Config config_;
};

std::string_view kind(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null: return "nothing";
    case YAML::NodeType::Scalar: return "a single value";
    case YAML::NodeType::Sequence: return "a list";
    case YAML::NodeType::Map: return "a mapping";
  }
  return "nothing";
}

void ConfigReader::fail(const YAML::Mark& mark, std::string message, std::string fix) {
  Diagnostic problem;
  problem.code = "CONFIG";
  problem.where.file = file_;
  if (!mark.is_null()) {
    problem.where.line = static_cast<std::size_t>(mark.line) + 1;
    problem.where.column = static_cast<std::size_t>(mark.column) + 1;
  }
  problem.message = std::move(message);
  problem.fix = std::move(fix);
  config_.problems.push_back(std::move(problem));
}

bool ConfigReader::is_mapping(const YAML::Node& node, std::string_view what, const Keys& keys) {
  if (!node.IsMap()) {
    fail(node.Mark(), fmt::format("{}: {}, must be a mapping", what, kind(node)));
    return false;
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
    if (!seen.insert(key).second) {
      fail(entry.first.Mark(), fmt::format("{}: key \"{}\" stands here twice", what, key));
    } else if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      const std::string_view near = text::nearest(key, keys.data(), keys.size());
      fail(entry.first.Mark(), fmt::format("{}: unknown key \"{}\"", what, key),
           near.empty() ? fmt::format("known keys: {}", fmt::join(keys, ", "))
                        : fmt::format("did you mean \"{}\"?", near));
    }
  }
  return true;
}

bool ConfigReader::is_list(const YAML::Node& node, std::string_view what) {
  if (node.IsSequence()) return true;
  fail(node.Mark(), fmt::format("{}: {}, must be a list", what, kind(node)));
  return false;
}

std::string ConfigReader::scalar(const YAML::Node& node, std::string_view what, const YAML::Mark& key) {
  if (node.IsScalar() && !node.Scalar().empty()) return node.Scalar();
  fail(key.is_null() ? node.Mark() : key,
       fmt::format("{}: {}, must be a text that is not empty", what,
                   node.IsScalar() ? std::string_view("an empty text") : kind(node)));
  return {};
}

void ConfigReader::selector(const YAML::Node& node, std::string_view what, std::vector<Selector>& out) {
  if (!is_mapping(node, what, {"id", "name", "subscription", "resource_group", "management_group", "type"})) return;
  Selector selector;
  const std::pair<const char*, std::string*> fields[] = {{"id", &selector.id},
                                                         {"name", &selector.name},
                                                         {"subscription", &selector.subscription},
                                                         {"resource_group", &selector.resource_group},
                                                         {"management_group", &selector.management_group},
                                                         {"type", &selector.type}};
  for (const auto& entry : node) {
    for (const auto& [key, value] : fields) {
      if (entry.first.IsScalar() && entry.first.Scalar() == key) {
        *value = scalar(entry.second, fmt::format("{}: {}", what, key), entry.first.Mark());
      }
    }
  }
  // A selector without any part matches nothing; whoever wrote it meant something.
  if (node.size() == 0) fail(node.Mark(), fmt::format("{}: an empty selector matches nothing", what));
  out.push_back(std::move(selector));
}

void ConfigReader::selectors(const YAML::Node& node, std::string_view what, std::vector<Selector>& out) {
  if (!node.IsDefined() || !is_list(node, what)) return;
  for (const YAML::Node& item : node) selector(item, what, out);
}

void ConfigReader::appliance(const YAML::Node& node) {
  constexpr std::string_view kWhat = "designate: firewalls";
  if (!is_mapping(node, kWhat, {"nva_ip", "vnet"})) return;
  model::DeclaredAppliance appliance;
  const std::string address = scalar(node["nva_ip"], "designate: firewalls: nva_ip");
  if (node["vnet"].IsDefined()) {
    appliance.vnet = scalar(node["vnet"], "designate: firewalls: vnet");
  } else {
    fail(node.Mark(), fmt::format("{}: nva_ip needs vnet, the virtual network that holds the address", kWhat));
  }
  if (address.empty()) return;
  const Result<Ipv4> parsed = Ipv4::parse(address);
  if (!parsed) return fail(node["nva_ip"].Mark(), fmt::format("{}: nva_ip: {}", kWhat, parsed.error().message));
  appliance.address = *parsed;
  config_.designations.appliances.push_back(std::move(appliance));
}

void ConfigReader::firewalls(const YAML::Node& node) {
  constexpr std::string_view kWhat = "designate: firewalls";
  if (!node.IsDefined() || !is_list(node, kWhat)) return;
  for (const YAML::Node& item : node) {
    if (item.IsMap() && item["nva_ip"].IsDefined()) {
      appliance(item);
    } else {
      selector(item, kWhat, config_.designations.firewalls);
    }
  }
}

void ConfigReader::addresses(const YAML::Node& node, std::string_view what, std::vector<Ipv4>& out) {
  if (!node.IsDefined() || !is_list(node, what)) return;
  for (const YAML::Node& item : node) {
    const std::string text = scalar(item, what);
    if (text.empty()) continue;
    const Result<Ipv4> address = Ipv4::parse(text);
    if (address) {
      out.push_back(*address);
    } else {
      fail(item.Mark(), fmt::format("{}: {}", what, address.error().message));
    }
  }
}

void ConfigReader::prefixes(const YAML::Node& node, std::string_view what, std::vector<Prefix>& out) {
  if (!node.IsDefined() || !is_list(node, what)) return;
  for (const YAML::Node& item : node) {
    const std::string text = scalar(item, what);
    if (text.empty()) continue;
    const Result<Prefix> prefix = Prefix::parse(text);
    if (prefix) {
      out.push_back(*prefix);
    } else {
      fail(item.Mark(), fmt::format("{}: {}", what, prefix.error().message));
    }
  }
}

void ConfigReader::dns(const YAML::Node& node) {
  if (!node.IsDefined() || !is_mapping(node, "designate: dns", {"zones_in", "resolvers"})) return;
  selectors(node["zones_in"], "designate: dns: zones_in", config_.designations.dns_zones);
  addresses(node["resolvers"], "designate: dns: resolvers", config_.designations.dns_servers);
}

void ConfigReader::designate(const YAML::Node& node) {
  if (!node.IsDefined() ||
      !is_mapping(node, "designate", {"hubs", "spokes", "firewalls", "dns", "ingress", "direct"})) {
    return;
  }
  selectors(node["hubs"], "designate: hubs", config_.designations.hubs);
  selectors(node["spokes"], "designate: spokes", config_.designations.spokes);
  selectors(node["ingress"], "designate: ingress", config_.designations.ingress);
  firewalls(node["firewalls"]);
  dns(node["dns"]);
  prefixes(node["direct"], "designate: direct", config_.designations.direct);
}

void ConfigReader::assumptions(const YAML::Node& node) {
  if (!node.IsDefined() || !is_mapping(node, "assumptions", {"learned_prefixes"})) return;
  const YAML::Node learned = node["learned_prefixes"];
  config_.designations.has_learned_prefixes = learned.IsDefined();
  prefixes(learned, "assumptions: learned_prefixes", config_.designations.learned_prefixes);
}

void ConfigReader::root(const YAML::Node& node) {
  if (!is_mapping(node, "configuration", {"$schema", "version", "designate", "assumptions"})) return;
  const YAML::Node version = node["version"];
  if (!version.IsDefined()) {
    fail(node.Mark(), "configuration: version is missing", "write  version: 1  as the first line");
  } else if (!version.IsScalar() || version.Scalar() != "1") {
    fail(version.Mark(),
         fmt::format("version: {}, must be 1", version.IsScalar() ? version.Scalar() : std::string(kind(version))));
  }
  designate(node["designate"]);
  assumptions(node["assumptions"]);
}

void ConfigReader::read(const std::string& text) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) return fail(documents[1].Mark(), "configuration: holds more than one YAML document");
    if (documents.empty() || documents.front().IsNull()) {
      return fail(YAML::Mark::null_mark(), "configuration: is empty", "write  version: 1  as the first line");
    }
    root(documents.front());
  } catch (const YAML::Exception& broken) {
    fail(broken.mark, fmt::format("configuration: not YAML: {}", broken.msg));
  }
}

}  // namespace

Config parse_config(const std::string& text, const std::string& file) {
  ConfigReader reader(file);
  reader.read(text);
  return reader.take();
}

}  // namespace hubproof::cli
