// Values that several kinds hold: addresses, prefixes, ports, references, embedded children.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/text.h"
#include "engine/ingest/cursor.h"
#include "engine/model/network.h"

namespace hubproof::ingest {

/// Is `key` this property? Azure is not steady about the case of property names (azure-semantics.md 0).
inline bool is(std::string_view key, std::string_view name) {
  return key.size() == name.size() && (key == name || text::equals(key, name));
}
inline bool is_one_of(std::string_view key, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (is(key, name)) return true;
  }
  return false;
}

/// etag, resourceGuid, provisioningState and the like, which every resource has: true when `key` was one of them and is
/// dealt with.
bool read_common(std::string_view key, Cursor value, model::Entity& entity);

/// The IPv4 address; nothing for null, "" and a valid IPv6 address. Anything else is recorded.
std::optional<Ipv4> read_address(Cursor value);
/// An address of one of the two families into its place.
void read_address(Cursor value, std::optional<Ipv4>& v4, std::optional<Ipv6>& v6);
/// privateIPAddressVersion, publicIPAddressVersion: whether it is "IPv6"; absent is IPv4, another word is recorded.
bool read_is_v6(Cursor value);
/// Every address of an array of texts, as read_address().
void append_addresses(Cursor array, std::vector<Ipv4>& out);
/// A text that is a prefix or an address of either family; a wrong one is recorded and not kept.
std::optional<AnyPrefix> read_prefix(Cursor value);
void append_texts(Cursor array, std::vector<std::string>& out);
std::string lower_text(Cursor value);
/// Ids of an array of `{"id": "..."}`.
template <class Ids>
void append_references(Cursor array, Ids& out) {
  array.array([&](Cursor element) {
    const model::ResourceId id = element.reference();
    if (id.is_set()) out.push_back(id);
  });
}

/// A range that a firewall is told to take for private: a prefix, an address, or "IANAPrivateRanges" for Azure's own
/// ones. False, and nothing appended, for anything else. source: learn.microsoft.com/azure/firewall/snat-private-range
bool append_private_range(std::string_view text, std::vector<Prefix>& out);

/// A closed interval as the prefixes that fill it exactly, in order. Precondition: first <= last.
std::vector<Prefix> split_range(Ipv4 first, Ipv4 last);
/// "10.0.0.1-10.0.0.9"; nothing for any other text or when the ends are the wrong way round.
struct AddressRange {
  Ipv4 first;
  Ipv4 last;
};
std::optional<AddressRange> parse_range(std::string_view text);

/// The term for a text: "*", a prefix, an address, else a service tag when it begins like a word. What is none of these
/// becomes `unread`, and the caller records it; so does a prefix with host bits, for how Azure matches one is not
/// documented.
model::AddressTerm make_term(ReadContext& context, std::string_view text);
/// Appends the term of a text of firewalls and IP groups, which also take ranges: one term per prefix.
template <class Terms>
void append_terms(Cursor value, Terms& out);
/// "443", "8000-8080" or "*"; nothing for null, and for any other text, which is recorded.
std::optional<PortRange> read_ports(Cursor value);

/// The lists that Azure prints in every row of a type, be they empty: a row without one hides what it holds.
class DemandedLists {
 public:
  /// `keys`: literals, at most kMost. Properties that are no object are told as such, and demand nothing.
  DemandedLists(Cursor properties, std::initializer_list<std::string_view> keys);
  void see(std::string_view key, Cursor value);
  /// Records each list that was null or not there; nothing for a row in which something else was not understood.
  void tell(model::Entity& entity) const;

 private:
  static constexpr std::size_t kMost = 5;
  std::array<std::string_view, kMost> missing_;  ///< emptied when seen
};

/// "Tcp", ..., "*" or "Any"; nothing for null, and for any other text, which is recorded.
std::optional<Protocol> read_protocol(Cursor value);

/// The resource that an extension such as <VNet>/providers/Microsoft.Network/effectiveSecurityAdminRules/default sits
/// on; empty when the id is none.
std::string_view extended_resource(std::string_view id);
/// The parent resource of an id, interned; unset when it has none.
model::ResourceId parent_of(ReadContext& context, model::ResourceId id);
/// Host of a URL or the text itself when it is a bare host name; lower case, without port.
std::string host_of(std::string_view url);

/// Outer fields of an embedded child. Views into the document.
struct Child {
  std::string_view id;
  std::string_view name;
};

/// Reads `{"id", "name", "properties": {...}}`, calling f(key, Cursor) for every property.
template <class F>
Child read_child(Cursor value, F f) {
  Child child;
  bool has_properties = false;
  const std::size_t unread_before = value.context().entity->unread.size();
  value.object([&](std::string_view key, Cursor field) {
    if (is(key, "properties")) {
      has_properties = true;
      field.object(f);
    } else if (is(key, "id")) {
      child.id = field.text().value_or("");
    } else if (is(key, "name")) {
      child.name = field.text().value_or("");
    }
  });
  if (!has_properties && value.context().entity->unread.size() == unread_before) value.unread("no properties");
  return child;
}

/// The id of an embedded child, interned; `<parent>/<collection>/<name>` when it has none.
model::ResourceId child_id(ReadContext& context, model::ResourceId parent, std::string_view collection,
                           const Child& child);

/// Reads an embedded child that is an entity of its own, `{"id", "name", "properties": {...}}`: what `read_properties`
/// (Cursor, T&) does not understand is noted in `entity`, which gets its id as child_id() says.
template <class T, class F>
void read_child_entity(Cursor value, model::ResourceId parent, std::string_view collection, T& entity,
                       F read_properties) {
  ReadContext& context = value.context();
  Child outer;
  bool has_properties = false;
  {
    const EntityScope scope(context, entity, EntityScope::Start::here);
    value.object([&](std::string_view key, Cursor field) {
      if (is(key, "properties")) {
        has_properties = true;
        read_properties(field, entity);
      } else if (is(key, "id")) {
        outer.id = field.text().value_or("");
      } else if (is(key, "name")) {
        outer.name = field.text().value_or("");
      }
    });
    if (!has_properties && entity.unread.empty()) value.unread("no properties");
  }
  entity.id = child_id(context, parent, collection, outer);
}

template <class Terms>
void append_terms(Cursor value, Terms& out) {
  const std::optional<std::string_view> text = value.text();
  if (!text || text->empty()) return;
  if (const std::optional<AddressRange> range = parse_range(*text)) {
    for (const Prefix prefix : split_range(range->first, range->last)) {
      model::AddressTerm term;
      term.kind = model::AddressTerm::Kind::prefix;
      term.prefix = prefix;
      out.push_back(term);
    }
    return;
  }
  out.push_back(make_term(value.context(), *text));
  if (out.back().kind == model::AddressTerm::Kind::unread) value.unread(std::string(*text));
}

}  // namespace hubproof::ingest
