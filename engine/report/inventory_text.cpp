#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/report/inventory.h"
#include "engine/report/names.h"
#include "engine/report/parts.h"

namespace hubproof::report {
namespace {

constexpr std::size_t kRows = 20;

class InventoryPage {
 public:
  InventoryPage(const Subject& subject, const TextStyle& style) : subject_(subject), page_(style) {}

  std::string take() {
    inputs();
    types();
    roles();
    services();
    gaps();
    return page_.take();
  }

 private:
  void title(std::string_view text) {
    if (is_started_) page_.blank();
    is_started_ = true;
    page_.line(page_.paint(text, Ink::bold));
  }
  std::string shown_name(model::ResourceId id) const { return page_.shown(short_name(estate(), id)); }
  std::string vnet_name(model::VnetIndex vnet) const {
    return shown_name(estate().tables().virtual_networks[vnet.index()].id);
  }
  const model::Estate& estate() const { return subject_.view.estate; }
  const model::Snapshot& snapshot() const { return estate().snapshot(); }

  /// The first rows in full, then how many more there are.
  template <class List, class Write>
  void rows(const List& list, Write write) {
    const std::size_t limit = page_.style().verbose ? list.size() : kRows;
    for (std::size_t i = 0; i < std::min(limit, list.size()); ++i) write(list[i]);
    if (list.size() > limit) page_.line(fmt::format("  and {} more (-v shows all)", grouped(list.size() - limit)));
  }

  void inputs() {
    title("Inputs");
    rows(snapshot().sources, [&](const model::Source& source) {
      page_.paragraph("  ", fmt::format("{}  {}, {}", page_.shown(source.path), page_.shown(source.format),
                                        counted(source.rows, "row", "rows")));
    });
  }

  void types() {
    title("Resource types");
    std::vector<TypeCount> modelled, others;
    for (TypeCount& count : count_types(snapshot())) {
      (count.support == model::Support::full ? modelled : others).push_back(std::move(count));
    }
    const auto write = [&](const TypeCount& count) {
      page_.line(fmt::format("  {:>8} {}", grouped(count.count), page_.shown(count.type)));
    };
    rows(modelled, write);
    if (others.empty()) return;
    title("Read, but not modelled");
    rows(others, [&](const TypeCount& count) {
      page_.line(
          fmt::format("  {:>8} {}  ({})", grouped(count.count), page_.shown(count.type), model::name(count.support)));
    });
  }

  void role(std::string_view what, const std::string& who, const std::string& reason) {
    page_.paragraph(fmt::format("  {:<9} ", what), fmt::format("{}: {}", who, page_.shown(reason)));
  }

  void roles() {
    title("Roles, and why");
    const model::Roles& roles = subject_.view.roles;
    if (roles.hubs.empty() && roles.virtual_hubs.empty()) page_.line("  no hub was found");
    rows(roles.hubs, [&](const model::HubRole& hub) { role("hub", vnet_name(hub.vnet), hub.reason); });
    rows(roles.virtual_hubs, [&](const model::VirtualHubRole& hub) { role("hub", shown_name(hub.hub), hub.reason); });
    rows(roles.firewalls, [&](const model::FirewallRole& firewall) {
      role("firewall", fmt::format("{} at {}", shown_name(firewall.firewall), to_string(firewall.address)),
           firewall.reason);
    });
    rows(roles.spokes, [&](const model::SpokeRole& spoke) {
      role("spoke", fmt::format("{} of tenant {}", vnet_name(spoke.vnet), page_.shown(spoke.tenant)), spoke.reason);
    });
    rows(roles.others, [&](const model::OtherVnet& other) { role("other", vnet_name(other.vnet), other.reason); });
    rows(roles.spoke_candidates_missing, [&](model::ResourceId missing) {
      role("missing", shown_name(missing), "a hub peers with it, but the export does not hold it");
    });
    for (const std::string& sentence : roles.ambiguities) {
      page_.paragraph("  " + page_.paint("unclear", Ink::yellow) + "   ", page_.shown(sentence));
    }
  }

  void services() {
    title("AI and data services");
    const std::vector<ServiceExposure> services = expose_services(subject_.view);
    if (services.empty()) page_.line("  none");
    std::map<std::string_view, std::map<Openness, std::size_t>> kinds;
    for (const ServiceExposure& service : services) ++kinds[model::name(service.service->kind)][service.openness];
    for (const auto& [kind, counts] : kinds) {
      std::string line;
      for (const auto& [openness, count] : counts) {
        line += fmt::format("{}{} {}", line.empty() ? "" : ", ", grouped(count), name(openness));
      }
      page_.line(fmt::format("  {}: {}", kind, line));
    }
    std::vector<ServiceExposure> told;
    std::copy_if(services.begin(), services.end(), std::back_inserter(told), [&](const ServiceExposure& service) {
      return page_.style().verbose || service.openness != Openness::closed;
    });
    rows(told, [&](const ServiceExposure& service) {
      page_.paragraph("    - ", fmt::format("{}: {}; {}", shown_name(service.service->id), page_.shown(service.summary),
                                            counted(service.approved_endpoints, "approved private endpoint connection",
                                                    "approved private endpoint connections")));
    });
  }

  void gaps() {
    if (snapshot().gaps.empty()) return;
    title("Missing from the export");
    rows(snapshot().gaps, [&](const model::Gap& gap) {
      page_.paragraph(
          "  ", fmt::format("{}: {}{}", page_.shown(gap.code),
                            gap.from.is_set() ? shown_name(gap.from) + " " : std::string(), page_.shown(gap.message)));
    });
  }

  const Subject& subject_;
  Page page_;
  bool is_started_ = false;
};

}  // namespace

std::string inventory_text(const Subject& subject, const TextStyle& style) {
  return InventoryPage(subject, style).take();
}

}  // namespace hubproof::report
