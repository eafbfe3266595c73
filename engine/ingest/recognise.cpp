// JSON that is no export of resources, and what to do with it (inputs.md B; A5 for what export scripts leave behind).
#include <algorithm>

#include "engine/ingest/json_keys.h"
#include "engine/ingest/normalise.h"

namespace hubproof::ingest {
namespace {

using nlohmann::json;

struct KnownDocument {
  bool (*matches)(const json&);
  std::string_view what;
  std::string_view fix;
  bool is_companion = false;
};

const json& first_row(const json& document) {
  static const json kNone;
  const json* list = document.is_array() ? &document : member(document, "value");
  return list != nullptr && list->is_array() && !list->empty() ? list->front() : kNone;
}

bool is_template(const json& d) {
  const std::string schema = text::lower(member_text(d, "$schema"));
  return schema.find("deploymenttemplate") != std::string::npos ||
         (member(d, "contentVersion") != nullptr && member(d, "resources") != nullptr);
}
bool is_parameters(const json& d) {
  return text::lower(member_text(d, "$schema")).find("deploymentparameters") != std::string::npos;
}
bool is_what_if(const json& d) {
  const json* inner = has_object(d, "properties") ? member(d, "properties") : &d;
  return has_array(*inner, "changes") || has_array(*inner, "potentialChanges");
}
bool is_bicep_snapshot(const json& d) { return has_array(d, "predictedResources"); }
bool is_terraform(const json& d) {
  return member(d, "format_version") != nullptr && (member(d, "resource_changes") != nullptr ||
                                                    member(d, "planned_values") != nullptr || has_object(d, "values"));
}
bool is_nameless_routes(const json& d) {
  const json& row = first_row(d);
  return member(row, "nextHopType") != nullptr && has_array(row, "addressPrefix");
}
bool is_policy(const json& d) {
  return has_object(d, "policyRule") ||
         (has_object(d, "properties") && has_object(*member(d, "properties"), "policyRule"));
}
bool is_result(const json& d) { return member(d, "format_version") != nullptr && has_array(d, "findings"); }
bool is_account(const json& d) { return member(d, "environmentName") != nullptr && member(d, "tenantId") != nullptr; }
bool is_version(const json& d) { return member(d, "azure-cli") != nullptr; }

constexpr KnownDocument kDocuments[] = {
    {is_template, "an ARM template, which holds expressions instead of resources",
     "give it with --template, or export the deployed resources"},
    {is_parameters, "a parameter file of a template", "give it with --param beside --template"},
    {is_bicep_snapshot, "a Bicep snapshot", "give it with --snapshot-bicep"},
    {is_what_if, "the answer of an ARM what-if", "give it with --what-if"},
    {is_terraform, "a Terraform plan or state", "give it with --plan"},
    {is_nameless_routes, "effective routes of a network interface that they do not name",
     "write \"id\": \"<id of the interface>/effectiveRouteTable\" beside \"value\""},
    {is_policy, "a policy definition file", "name the folder of policies in hubproof.yaml"},
    {is_result, "a result of hubproof", "give it to `hubproof report` or `hubproof diff`"},
    {is_account, "what `az account show` prints", "nothing", true},
    {is_version, "what `az version` prints", "nothing", true},
};

}  // namespace

void recognise(const json& document, Normalised& out) {
  if (document.is_object() && has_object(document, "error")) {
    const json& error = *member(document, "error");
    out.is_refusal = true;
    out.other = "an error that Azure answered with: " + member_text(error, "code").substr(0, 100);
    out.fix = "export again with an identity that may read the whole estate";
    return;
  }
  for (const KnownDocument& known : kDocuments) {
    if (!(document.is_object() || document.is_array()) || !known.matches(document)) continue;
    out.other = std::string(known.what);
    out.fix = std::string(known.fix);
    out.is_companion = known.is_companion;
    return;
  }
  out.other = "JSON in which no row has a resource id";
  out.fix = "let the query keep id, type and properties of every row";
}

}  // namespace hubproof::ingest
